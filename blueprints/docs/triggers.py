"""The edges that events, requests and documents take: what the resources themselves tell of."""

from collections.abc import Iterator
from dataclasses import dataclass

from blueprints.docs.policies import many
from blueprints.docs.template import Resource, Template

SCHEDULE = "service:schedule"
MODELS = "service:bedrock"


@dataclass(frozen=True)
class Edge:
    """One way that data takes; ``dashed`` for what happens only when something went wrong or waits."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False


def triggers(template: Template) -> Iterator[Edge]:
    """Yields how one resource sets off another."""
    readers = {
        "AWS::Events::Rule": _rule,
        "AWS::Lambda::EventSourceMapping": _mapping,
        "AWS::SNS::Subscription": _subscription,
        "AWS::SQS::Queue": _redrive,
        "AWS::ApiGateway::Method": _method,
        "AWS::ApiGateway::Authorizer": _authorizer,
        "AWS::Lambda::EventInvokeConfig": _destinations,
        "AWS::Scheduler::Schedule": _schedule,
        "AWS::Bedrock::DataSource": _data_source,
        "AWS::Bedrock::KnowledgeBase": _knowledge_base,
        "AWS::Bedrock::ApplicationInferenceProfile": _profile,
        "AWS::SageMaker::Endpoint": _endpoint,
        "AWS::SageMaker::InferenceComponent": _component,
    }
    for resource in template.resources.values():
        if resource.type in readers and not resource.is_framework:
            yield from readers[resource.type](template, resource)


def _rule(template: Template, rule: Resource) -> Iterator[Edge]:
    pattern = rule.properties.get("EventPattern", {})
    sources = template.references(pattern) or [f"service:{name.removeprefix('aws.')}" for name in many(pattern.get("source", "schedule"))]
    label = " or ".join(
        many(pattern.get("detail", {}).get("status", pattern.get("detail-type", rule.properties.get("ScheduleExpression", ""))))
    )
    for target in rule.properties.get("Targets", []):
        for source in sources:
            yield from (Edge(source, end, label) for end in template.references(target["Arn"]))
            lost = template.references(target.get("DeadLetterConfig", {}))
            yield from (Edge(source, end, "undeliverable", dashed=True) for end in lost)


def _mapping(template: Template, mapping: Resource) -> Iterator[Edge]:
    for source in template.references(mapping.properties["EventSourceArn"]):
        yield from (Edge(source, target) for target in template.references(mapping.properties["FunctionName"]))


def _subscription(template: Template, subscription: Resource) -> Iterator[Edge]:
    for source in template.references(subscription.properties["TopicArn"]):
        yield from (Edge(source, target) for target in template.references(subscription.properties["Endpoint"]))


def _redrive(template: Template, queue: Resource) -> Iterator[Edge]:
    policy = queue.properties.get("RedrivePolicy", {})
    for target in template.references(policy):
        yield Edge(queue.id, target, f"after {policy['maxReceiveCount']} tries", dashed=True)


def _method(template: Template, method: Resource) -> Iterator[Edge]:
    for source in template.references(method.properties["RestApiId"]):
        targets = template.references(method.properties.get("Integration", {}).get("Uri", {}))
        yield from (Edge(source, target) for target in targets)


def _destinations(template: Template, config: Resource) -> Iterator[Edge]:
    for source in template.references(config.properties["FunctionName"]):
        for outcome, label in (("OnSuccess", ""), ("OnFailure", "after the last try")):
            ends = template.references(config.properties.get("DestinationConfig", {}).get(outcome, {}))
            yield from (Edge(source, end, label, dashed=outcome == "OnFailure") for end in ends)


def _authorizer(template: Template, authorizer: Resource) -> Iterator[Edge]:
    for source in template.references(authorizer.properties.get("ProviderARNs", [])):
        yield from (Edge(source, target, "identity tokens") for target in template.references(authorizer.properties["RestApiId"]))


def _schedule(template: Template, schedule: Resource) -> Iterator[Edge]:
    target = schedule.properties["Target"]
    yield from (Edge(SCHEDULE, end, schedule.properties["ScheduleExpression"]) for end in template.references(target["Arn"]))
    lost = template.references(target.get("DeadLetterConfig", {}))
    yield from (Edge(SCHEDULE, end, "undeliverable", dashed=True) for end in lost)


def _data_source(template: Template, source: Resource) -> Iterator[Edge]:
    place = source.properties["DataSourceConfiguration"].get("S3Configuration", {})
    yield from (Edge(bucket, source.id) for bucket in template.references(place.get("BucketArn", {})))
    yield from (Edge(source.id, base) for base in template.references(source.properties["KnowledgeBaseId"]))


def _knowledge_base(template: Template, base: Resource) -> Iterator[Edge]:
    """Vectors go to the store and are looked for there."""
    for store in template.references(base.properties.get("StorageConfiguration", {})):
        yield from (Edge(base.id, store), Edge(store, base.id))


def _profile(template: Template, profile: Resource) -> Iterator[Edge]:
    model = template.text(profile.properties["ModelSource"]["CopyFrom"]).rpartition("/")[2]
    yield Edge(profile.id, MODELS, model)


def _endpoint(template: Template, endpoint: Resource) -> Iterator[Edge]:
    """The models that its variants serve, as they are named by the configuration."""
    for config in (template.resources[name] for name in template.references(endpoint.properties["EndpointConfigName"])):
        for kind, label in (("ProductionVariants", ""), ("ShadowProductionVariants", "on trial")):
            models = template.references([variant.get("ModelName") for variant in config.properties.get(kind, [])])
            yield from (Edge(model, endpoint.id, label) for model in models)


def _component(template: Template, component: Resource) -> Iterator[Edge]:
    """The model of a component, and the endpoint that it runs on."""
    specification = component.properties.get("Specification", {})
    yield from (Edge(model, component.id) for model in template.references(specification.get("ModelName")))
    yield from (Edge(component.id, end) for end in template.references(component.properties.get("EndpointName")) if end != component.id)
