"""Judges policies of roles and keys by what they let services do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Values = str | Sequence[str]


def trusts(policy: dict[str, Any] | str, service: str, context: Mapping[str, Values]) -> bool:
    """Tells whether a role's trust policy lets ``service`` assume it; the rest as for ``allows``."""
    return allows(policy, service, "sts:AssumeRole", context)


def allows(policy: dict[str, Any] | str, service: str, action: str, context: Mapping[str, Values]) -> bool:
    """Tells whether the policy of a role or of a key lets a service act.

    Args:
        policy: The policy, as a document or as JSON.
        service: The service principal, ``bedrock.amazonaws.com`` for example.
        action: What it wants to do.
        context: What the service sends with its request, by the names of the condition keys in lower case.
    """
    document = json.loads(policy) if isinstance(policy, str) else policy
    effects = {each.get("Effect") for each in _listed(document.get("Statement")) if _applies(each, service, action, context)}
    return effects == {"Allow"}


def _applies(statement: dict[str, Any], service: str, action: str, context: Mapping[str, Values]) -> bool:
    principal = statement.get("Principal")
    services = _listed(principal.get("Service")) if isinstance(principal, dict) else _listed(principal)
    actions = [pattern.lower() for pattern in _listed(statement.get("Action"))]
    if not {service, "*"} & set(services) or not any(fnmatchcase(action.lower(), pattern) for pattern in actions):
        return False
    return all(_holds(operator, tests, context) for operator, tests in (statement.get("Condition") or {}).items())


def _holds(operator: str, tests: dict[str, Any], context: Mapping[str, Values]) -> bool:
    """Judges the equal and the like operators on what the service sends; any other condition fails."""
    known = operator.removesuffix("IfExists").removeprefix("ForAnyValue:") in ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
    return known and all(
        any(fnmatchcase(sent, value) for sent in _listed(context.get(key.lower(), "")) for value in _listed(values))
        for key, values in tests.items()
    )


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, Iterable) and not isinstance(value, (str, dict)) else [value]
