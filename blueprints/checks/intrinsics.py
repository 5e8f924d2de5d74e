"""The intrinsic functions of CloudFormation, for a template that is taken to be deployed.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

ABSENT = object()


class Deployed(Protocol):
    """A deployed template, as far as the functions look into it."""

    @property
    def region(self) -> str:
        """Where it is deployed."""

    def section(self, name: str) -> Mapping[str, Any]:
        """One section of the template."""

    def reference(self, name: str) -> Any:
        """What ``Ref`` returns."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """What ``Fn::GetAtt`` returns."""

    def exported(self, name: str) -> Any:
        """What another template exports."""


def resolve(deployed: Deployed, value: Any) -> Any:
    """Replaces the intrinsic functions in ``value``."""
    if isinstance(value, list):
        return [item for item in (resolve(deployed, item) for item in value) if item is not ABSENT]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](deployed, argument)
    resolved = {key: resolve(deployed, item) for key, item in value.items()}
    return {key: item for key, item in resolved.items() if item is not ABSENT}


def _ref(deployed: Deployed, name: str) -> Any:
    return ABSENT if name == "AWS::NoValue" else deployed.reference(name)


def _get_att(deployed: Deployed, argument: str | list[str]) -> Any:
    logical_id, name = argument.split(".", 1) if isinstance(argument, str) else argument
    return deployed.attribute(logical_id, name)


def _join(deployed: Deployed, argument: list[Any]) -> str:
    return str(argument[0]).join(str(item) for item in resolve(deployed, argument[1]))


def _sub(deployed: Deployed, argument: str | list[Any]) -> str:
    text, values = (argument, {}) if isinstance(argument, str) else argument

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in values:
            return str(resolve(deployed, values[name]))
        return str(_get_att(deployed, name) if "." in name else _ref(deployed, name))

    return re.sub(r"\$\{([^}]+)\}", replace, text)


def _select(deployed: Deployed, argument: list[Any]) -> Any:
    return resolve(deployed, argument[1])[int(argument[0])]


def _split(deployed: Deployed, argument: list[Any]) -> list[str]:
    return str(resolve(deployed, argument[1])).split(argument[0])


def _import(deployed: Deployed, argument: Any) -> Any:
    return deployed.exported(resolve(deployed, argument))


def _find_in_map(deployed: Deployed, argument: list[Any]) -> Any:
    mapping, first, second = (resolve(deployed, item) for item in argument)
    return deployed.section("Mappings")[mapping][first][second]


def _if(deployed: Deployed, argument: list[Any]) -> Any:
    name, then, otherwise = argument
    return resolve(deployed, then if _holds(deployed, deployed.section("Conditions")[name]) else otherwise)


def _holds(deployed: Deployed, condition: Mapping[str, Any]) -> bool:
    ((name, argument),) = condition.items()
    match name:
        case "Fn::Equals":
            first, second = resolve(deployed, argument)
            return bool(first == second)
        case "Fn::Not":
            return not _holds(deployed, argument[0])
        case "Fn::And":
            return all(_holds(deployed, item) for item in argument)
        case "Fn::Or":
            return any(_holds(deployed, item) for item in argument)
    return _holds(deployed, deployed.section("Conditions")[argument])


def _zones(deployed: Deployed, _argument: Any) -> list[str]:
    return [f"{deployed.region}{letter}" for letter in "abcdef"]


def _cidr(_deployed: Deployed, argument: list[Any]) -> list[str]:
    return [f"10.0.{index}.0/24" for index in range(int(argument[1]))]


_FUNCTIONS: dict[str, Callable[[Deployed, Any], Any]] = {
    "Ref": _ref,
    "Fn::Base64": resolve,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
