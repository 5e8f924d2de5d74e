"""The roles of a template, with the statements that hold for each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.docs.template import Resource, Template


@dataclass(frozen=True)
class Statement:
    """One allow or deny of a role."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[Any, ...]
    condition: Mapping[str, Any]


@dataclass(frozen=True)
class Role:
    """A role, the services that may assume it, and what it may do."""

    resource: Resource
    services: tuple[str, ...]
    trust: tuple[Mapping[str, Any], ...]
    statements: tuple[Statement, ...]
    managed: tuple[Any, ...]


def many(value: Any) -> tuple[Any, ...]:
    """Returns a value that may stand alone as a tuple."""
    return tuple(value) if isinstance(value, list) else (value,)


def roles(template: Template) -> list[Role]:
    """Returns every role of a template, in its order."""
    attached = _attached(template)
    return [_role(template, resource, attached.get(resource.id, [])) for resource in template.of_type("AWS::IAM::Role")]


def _attached(template: Template) -> dict[str, list[Mapping[str, Any]]]:
    documents: dict[str, list[Mapping[str, Any]]] = {}
    for policy in template.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for role in template.references(policy.properties.get("Roles", [])):
            documents.setdefault(role, []).append(policy.properties["PolicyDocument"])
    return documents


def _role(template: Template, resource: Resource, attached: list[Mapping[str, Any]]) -> Role:
    properties = resource.properties
    own = [template.resources[name].properties["PolicyDocument"] for name in template.references(properties.get("ManagedPolicyArns", []))]
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])] + own + attached
    trust = properties["AssumeRolePolicyDocument"]["Statement"]
    services = [service for statement in trust for service in many(statement.get("Principal", {}).get("Service", []))]
    managed = [arn for arn in properties.get("ManagedPolicyArns", []) if not template.references(arn)]
    return Role(
        resource=resource,
        services=tuple(dict.fromkeys(template.text(service) for service in services)),
        trust=tuple(trust),
        statements=tuple(_statements(documents)),
        managed=tuple(managed),
    )


def _statements(documents: list[Mapping[str, Any]]) -> Iterator[Statement]:
    for document in documents:
        for statement in many(document["Statement"]):
            yield Statement(
                effect=statement["Effect"],
                actions=tuple(sorted(many(statement.get("Action", statement.get("NotAction"))))),
                resources=many(statement.get("Resource", "*")),
                condition=statement.get("Condition", {}),
            )
