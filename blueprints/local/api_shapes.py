"""Carries values between CloudFormation's and Step Functions' spelling and that of the service APIs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import Shape


def to_api(shape: Shape, value: Any) -> Any:
    """Returns ``value`` as ``shape`` wants it: member names in the API's spelling, scalars of its types."""
    return _CONVERTERS.get(shape.type_name, lambda _shape, kept: kept)(shape, value)


def _structure(shape: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    members = {name.lower(): name for name in shape.members}
    return {
        (member := members.get(name.lower(), name)): to_api(shape.members[member], part) if member in shape.members else part
        for name, part in value.items()
    }


def _list(shape: Any, value: Any) -> Any:
    return [to_api(shape.member, part) for part in (value if isinstance(value, list) else [value])]


def _map(shape: Any, value: Any) -> Any:
    if isinstance(value, list):  # CloudFormation's tags
        value = {tag["Key"]: tag["Value"] for tag in value}
    return {name: to_api(shape.value, part) for name, part in value.items()} if isinstance(value, Mapping) else value


def _text(_shape: Any, value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _blob(_shape: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else _text(_shape, value).encode()


def _boolean(_shape: Any, value: Any) -> Any:
    return value if isinstance(value, bool) else str(value).lower() == "true"


def _integer(_shape: Any, value: Any) -> Any:
    return int(value) if str(value).lstrip("-").isdigit() else value


def _number(_shape: Any, value: Any) -> Any:
    return float(value) if isinstance(value, str) else value


_CONVERTERS: dict[str, Callable[[Any, Any], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _text,
    "blob": _blob,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "float": _number,
    "double": _number,
}


def to_json(value: Any) -> Any:
    """Returns an API's answer as JSON has it: blobs as text, times in ISO 8601."""
    if isinstance(value, Mapping):
        return {name: to_json(part) for name, part in value.items() if name != "ResponseMetadata"}
    if isinstance(value, (list, tuple)):
        return [to_json(part) for part in value]
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.isoformat() if hasattr(value, "isoformat") else value


def pascal_case(value: Any, shape: Any = None) -> Any:
    """Returns ``value`` with the first letter of every member name in upper case, as Step Functions spells them.

    Args:
        value: An API's answer as JSON has it.
        shape: What the API says of it, if that is known: the keys of maps are the user's own, such as attributes of an item, and stay.
    """
    kind = shape.type_name if shape else None
    if isinstance(value, Mapping) and kind == "map":
        return {name: pascal_case(part, shape.value) for name, part in value.items()}
    if isinstance(value, Mapping):
        members = shape.members if kind == "structure" else {}
        return {name[:1].upper() + name[1:]: pascal_case(part, members.get(name)) for name, part in value.items()}
    return [pascal_case(part, shape.member if kind == "list" else None) for part in value] if isinstance(value, list) else value
