"""Checks requests by the constraints in the services' models, as the services do before anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.session import get_session

from blueprints.local.stand_ins import StandInError


def check(service: str, operation: str, request: dict[str, Any]) -> None:
    """Refuses a request that is not as the model of the operation wants it.

    Raises:
        StandInError: ``ValidationException``: a value that lacks, is too short, too long, or not one of those allowed.
    """
    problems = list(_problems(_input(service, operation), request, ""))
    if problems:
        found = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
        raise StandInError("ValidationException", f"{found}: {'; '.join(problems)}")


@cache
def _input(service: str, operation: str) -> Any:
    return get_session().get_service_model(service).operation_model(operation).input_shape


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return
    yield from (f"Value at '{path or '/'}' failed to satisfy constraint: {wanted}" for wanted in _unsatisfied(shape, value))
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        missing = [name for name in shape.required_members if value.get(name) is None]
        yield from (f"Value at '{path}/{name}' failed to satisfy constraint: Member must not be null" for name in missing)
        for name in value.keys() & shape.members.keys():
            yield from _problems(shape.members[name], value[name], f"{path}/{name}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for place, part in enumerate(value):
            yield from _problems(shape.member, part, f"{path}/{place + 1}")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for name, part in value.items():
            yield from _problems(shape.key, name, f"{path}/{name}")
            yield from _problems(shape.value, part, f"{path}/{name}")


def _unsatisfied(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    size = value if isinstance(value, (int, float)) else len(value) if isinstance(value, (str, bytes, list, dict)) else 0
    what = "Member must" if isinstance(value, (int, float)) else "Member must have length"
    if not isinstance(value, bool) and not isinstance(shape, StructureShape):
        if size < limits.get("min", size):
            yield f"{what}{' be' if what.endswith('must') else ''} greater than or equal to {limits['min']}"
        if size > limits.get("max", size):
            yield f"{what}{' be' if what.endswith('must') else ''} less than or equal to {limits['max']}"
    if isinstance(value, str):
        if "enum" in limits and value not in limits["enum"]:
            yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
        if "pattern" in limits and not _matches(limits["pattern"], value):
            yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


def _matches(pattern: str, value: str) -> bool:
    """Tells whether the value is as the pattern says; a pattern that only Java understands says nothing."""
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:
        return True
