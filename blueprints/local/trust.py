"""Judges the trust policies of roles that services assume."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any


def trusts(policy: dict[str, Any] | str, service: str, context: Mapping[str, str]) -> bool:
    """Tells whether a role's trust policy lets ``service`` assume it.

    Args:
        policy: The policy, as a document or as JSON.
        service: The service principal, ``bedrock.amazonaws.com`` for example.
        context: What the service sends with its request, by the names of the condition keys in lower case.
    """
    document = json.loads(policy) if isinstance(policy, str) else policy
    effects = {each.get("Effect") for each in _listed(document.get("Statement")) if _applies(each, service, context)}
    return effects == {"Allow"}


def _applies(statement: dict[str, Any], service: str, context: Mapping[str, str]) -> bool:
    principal = statement.get("Principal")
    services = _listed(principal.get("Service")) if isinstance(principal, dict) else _listed(principal)
    actions = [action.lower() for action in _listed(statement.get("Action"))]
    if not {service, "*"} & set(services) or not any(fnmatchcase("sts:assumerole", action) for action in actions):
        return False
    return all(_holds(operator, tests, context) for operator, tests in (statement.get("Condition") or {}).items())


def _holds(operator: str, tests: dict[str, Any], context: Mapping[str, str]) -> bool:
    """Judges the equal and the like operators on what the service sends; any other condition fails."""
    known = operator.removesuffix("IfExists") in ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
    return known and all(
        any(fnmatchcase(context.get(key.lower(), ""), value) for value in _listed(values)) for key, values in tests.items()
    )


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, Iterable) and not isinstance(value, (str, dict)) else [value]
