"""Derives from a template which services data flows through, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from blueprints.docs.asl import definition
from blueprints.docs.grants import grants
from blueprints.docs.template import Resource, Template
from blueprints.docs.triggers import Edge, triggers

KINDS = {
    "AWS::S3::Bucket": "bucket",
    "AWS::SQS::Queue": "queue",
    "AWS::SNS::Topic": "topic",
    "AWS::Lambda::Function": "function",
    "AWS::StepFunctions::StateMachine": "state machine",
    "AWS::DynamoDB::Table": "table",
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::ApiGateway::RestApi": "API",
    "AWS::ApiGatewayV2::Api": "API",
    "AWS::Cognito::UserPool": "user pool",
    "AWS::Bedrock::DataSource": "data source",
    "AWS::Bedrock::KnowledgeBase": "knowledge base",
    "AWS::Bedrock::Guardrail": "guardrail",
    "AWS::Bedrock::ApplicationInferenceProfile": "inference profile",
    "AWS::S3Vectors::Index": "S3 vector index",
    "AWS::OpenSearchServerless::Collection": "OpenSearch collection",
    "AWS::RDS::DBCluster": "Aurora cluster",
    "AWS::SageMaker::Endpoint": "endpoint",
    "AWS::SageMaker::InferenceComponent": "inference component",
    "AWS::SageMaker::Model": "model",
}


@dataclass
class Flow:
    """The nodes, by logical id or by service, and the edges between them."""

    template: Template
    nodes: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


def flow(template: Template) -> Flow:
    """Returns the data flow of a template, with the functions of a state machine folded into it."""
    helpers = {name for r in template.resources.values() for name in template.references(r.properties.get("ServiceToken"))}
    drawn = [r for r in template.resources.values() if r.type in KINDS and not r.is_framework and r.id not in helpers]
    nodes = {r.id: KINDS[r.type] for r in drawn}
    triggered = list(triggers(template))
    members = _members(template, nodes, {edge.target for edge in triggered})
    inside = {name: machine for machine, names in members.items() for name in names}
    lifted = dict.fromkeys(
        Edge(inside.get(e.source, e.source), inside.get(e.target, e.target), e.label, e.dashed) for e in [*triggered, *grants(template)]
    )
    known = [e for e in lifted if e.source != e.target and _known(e.source, nodes) and _known(e.target, nodes)]
    edges = _merged(_without_shortcuts(known, nodes))
    ends = {end for e in edges for end in (e.source, e.target)}
    services = {end: "service" for end in ends if end.startswith("service:")}
    kept = {name: kind for name, kind in nodes.items() if name in ends}
    return Flow(template, kept | dict(sorted(services.items())), members, edges)


def _known(end: str, nodes: Mapping[str, str]) -> bool:
    return end in nodes or end.startswith("service:")


def _without_shortcuts(edges: list[Edge], nodes: Mapping[str, str]) -> list[Edge]:
    """Without the permission to read a bucket for those who read it by way of a data source."""
    sources = [name for name, kind in nodes.items() if kind == "data source"]
    long = {(e.source, after.target) for e in edges for after in edges if e.target == after.source and e.target in sources}
    return [e for e in edges if (e.source, e.target) not in long]


def _members(template: Template, nodes: Mapping[str, str], triggered: set[str]) -> dict[str, list[str]]:
    """The functions that a state machine alone calls, in the order of its states."""
    members: dict[str, list[str]] = {}
    for machine in template.of_type("AWS::StepFunctions::StateMachine"):
        called = [resource.id for resource in definition(template, machine).calls]
        members[machine.id] = [name for name in called if nodes.get(name) == "function" and name not in triggered]
    return members


def _merged(edges: list[Edge]) -> list[Edge]:
    """One edge per pair of ends and kind, its labels joined; a permission that only serves a dashed edge is not drawn again."""
    labels: dict[tuple[str, str, bool], list[str]] = {}
    for edge in edges:
        labels.setdefault((edge.source, edge.target, edge.dashed), []).append(edge.label)
    told = {(source, target) for source, target, dashed in labels if dashed}
    return [
        Edge(source, target, ", ".join(dict.fromkeys(filter(None, found))), dashed)
        for (source, target, dashed), found in labels.items()
        if dashed or any(found) or (source, target) not in told
    ]


def function_name(resource: Resource) -> str:
    """Returns the package that a function runs, or its construct path."""
    package, *rest = str(resource.properties.get("Handler", "")).split(".")
    return package if len(rest) > 1 else resource.path[-1]
