"""How the resources of a template refer to each other."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import Account, Resource, listed
from blueprints.checks.rules.finding import Template


def resources(template: Template, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resources of the given types, or all, by logical id."""
    for logical_id, resource in template.get("Resources", {}).items():
        if not types or resource["Type"] in types:
            yield logical_id, resource


def references(value: Any) -> set[str]:
    """The names that a value refers to by Ref, Fn::GetAtt and Fn::Sub, pseudo parameters among them."""
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    if "Ref" in value:
        return {value["Ref"]}
    if "Fn::GetAtt" in value:
        return {value["Fn::GetAtt"].split(".")[0] if isinstance(value["Fn::GetAtt"], str) else value["Fn::GetAtt"][0]}
    if "Fn::Sub" in value:
        text, given = value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})
        named = {str(name).split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text)}
        return named.difference(given) | references(given)
    return {name for item in value.values() for name in references(item)}


def dependencies(template: Template, logical_id: str) -> set[str]:
    """Every resource that is created before this one."""
    found: set[str] = set()
    waiting = [logical_id]
    while waiting:
        resource = template["Resources"].get(waiting.pop(), {})
        direct = references(resource.get("Properties", {})) | set(listed(resource.get("DependsOn")))
        waiting += direct - found
        found |= direct
    return found


SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_SCALED = {"endpoint": "AWS::SageMaker::Endpoint", "inference-component": "AWS::SageMaker::InferenceComponent"}


def scaled(account: Account, target: Resource) -> Resource | None:
    """What a scalable target scales, if it is of SageMaker and the templates define it."""
    kind, _, rest = str(target.properties.get("ResourceId", "")).partition("/")
    name = rest.split("/")[0]
    return next((found for found in account.of_type(_SCALED.get(kind, "")) if found.name == name), None)
