"""The section on what a blueprint defines: resources by construct, type and count."""

from collections import Counter

from blueprints.docs import markdown
from blueprints.docs.template import Resource, Template

FRAMEWORK = "CDK's own helpers"


def resources(template: Template) -> str:
    """Returns the resources of a template, counted by construct."""
    groups: dict[str, Counter[str]] = {}
    for resource in template.resources.values():
        groups.setdefault(group(resource), Counter())[short(resource.type)] += 1
    rows = [(name, sum(types.values()), _counts(types)) for name, types in sorted(groups.items(), key=_order)]
    total = sum(sum(types.values()) for types in groups.values())
    return f"{markdown.plural(total, 'resource')}.\n\n" + markdown.table(("Construct", "Resources", "Of which"), rows)


def group(resource: Resource) -> str:
    """Returns the construct that a resource is counted under."""
    return FRAMEWORK if resource.is_framework or resource.type == "AWS::CDK::Metadata" else resource.group


def short(name: str) -> str:
    """Returns a type without its ``AWS::``."""
    return name.removeprefix("AWS::").replace("::", " ")


def _order(item: tuple[str, Counter[str]]) -> tuple[bool, str]:
    return item[0] == FRAMEWORK, item[0]


def _counts(types: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" if count > 1 else name for name, count in sorted(types.items()))
