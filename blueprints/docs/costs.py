"""The cost section: what bills by the hour, what by use, and which setting moves it."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from blueprints.docs import markdown
from blueprints.docs.model_calls import model_calls
from blueprints.docs.policies import roles
from blueprints.docs.resources import short
from blueprints.docs.template import Resource, Template

DATA = Path(__file__).with_name("costs.yaml")
WHEN = {"idle": "by time, idle or not", "use": "by use"}
EMBEDDED_METRICS = "POWERTOOLS_METRICS_NAMESPACE"
TRANSFORM, TRANSFORM_JOBS = "sagemaker:CreateTransformJob", "sagemaker for transform jobs"
ENDPOINT, SERVERLESS = "AWS::SageMaker::Endpoint", "AWS::SageMaker::Endpoint, serverless"


def costs(templates: Mapping[str, Template], moved_by: Mapping[str, str]) -> str:
    """Returns the cost drivers of a blueprint, those that bill while idle first.

    Args:
        templates: Its templates by name, each with a column of counts.
        moved_by: By resource type or service, the settings that move it.

    Raises:
        ValueError: A resource type that ``costs.yaml`` does not know.
    """
    counts = [drivers(template) for template in templates.values()]
    entries = {key: _entry(key) for count in counts for key in count}
    rows = [
        (_name(key), WHEN[entry["when"]], entry["basis"], moved_by.get(key, ""), *(_count(key, count) for count in counts), _link(entry))
        for key, entry in sorted(entries.items(), key=lambda item: (item[1]["when"] != "idle", _name(item[0])))
    ]
    return markdown.table(("What", "Billed", "Basis", "Moved by", *templates, "Source"), rows)


def drivers(template: Template) -> Counter[str]:
    """Counts what a template is billed for: resource types, and services called.

    Raises:
        ValueError: A resource type that ``costs.yaml`` does not know.
    """
    found: Counter[str] = Counter()
    for resource in template.resources.values():
        if resource.type not in _known()["resources"]:
            _refuse_unknown(resource)
        elif _billed(resource):
            found[SERVERLESS if resource.type == ENDPOINT and _serverless(template) else resource.type] += 1
    found.update(_called(template) & set(_known()["services"]))
    return found


def _called(template: Template) -> set[str]:
    actions = {action for role in roles(template) for statement in role.statements for action in statement.actions}
    called = {action.split(":")[0] for action in actions} | ({TRANSFORM_JOBS} if TRANSFORM in actions else set())
    functions = template.of_type("AWS::Lambda::Function")
    metrics = any(EMBEDDED_METRICS in function.properties.get("Environment", {}).get("Variables", {}) for function in functions)
    return called | model_calls(template) | ({"cloudwatch"} if metrics else set())


def _refuse_unknown(resource: Resource) -> None:
    if resource.type not in _known()["free"] and not resource.type.startswith("Custom::"):
        raise ValueError(f"{resource.type} must be listed in {DATA.name} with what it bills for, or as free; {resource.name} is one")


def _billed(resource: Resource) -> bool:
    kind: Any = resource.properties.get("VpcEndpointType", "Gateway")
    return resource.type != "AWS::EC2::VPCEndpoint" or kind != "Gateway"


def _serverless(template: Template) -> bool:
    """Whether endpoints have no instances: a template has one kind of them."""
    return any("ServerlessConfig" in str(config.properties) for config in template.of_type("AWS::SageMaker::EndpointConfig"))


@cache
def _known() -> Mapping[str, Any]:
    known: Mapping[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return known


def _entry(key: str) -> Mapping[str, str]:
    entry: Mapping[str, str] = _known()["resources" if "::" in key else "services"][key]
    return entry


def _name(key: str) -> str:
    return short(key) if "::" in key else f"calls to {key}"


def _count(key: str, count: Counter[str]) -> str:
    return str(count[key]) if "::" in key else "yes" if count[key] else "no"


def _link(entry: Mapping[str, str]) -> str:
    return f"[pricing]({entry['source']})"
