"""What a change does to resources that stand: kept in place, replaced, removed or added."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from blueprints.docs.template import Resource, Template

Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """The resources that differ between two templates of one stack."""

    replaced: tuple[Resource, ...]
    removed: tuple[Resource, ...]
    added: tuple[Resource, ...]
    updated: tuple[Resource, ...]


def change(before: Template, after: Template) -> Change:
    """Returns what CloudFormation does to get from one template to the other."""
    old, new = _by_path(before), _by_path(after)
    both = [key for key in new if key in old]
    replaced = {key for key in both if new[key].id != old[key].id or _fixed(old[key]) != _fixed(new[key])}
    replaced |= _dragged_along(after, new, replaced)
    updated = [new[key] for key in both if key not in replaced and _content(old[key]) != _content(new[key])]
    return Change(
        replaced=tuple(new[key] for key in both if key in replaced),
        removed=tuple(resource for key, resource in old.items() if key not in new),
        added=tuple(resource for key, resource in new.items() if key not in old),
        updated=tuple(updated),
    )


@cache
def create_only(resource_type: str) -> tuple[str, ...]:
    """Returns the properties that can't change without a replacement, by the registry schema that cfn-lint carries."""
    from cfnlint.schema._exceptions import ResourceNotFoundError
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    except ResourceNotFoundError:
        return ()
    return tuple(sorted({pointer.split("/")[2] for pointer in schema.get("createOnlyProperties", [])}))


def _by_path(template: Template) -> dict[Key, Resource]:
    """The resources by what stays the same from one template to the next."""
    keys = {name: (resource.lasting_name, resource.type) for name, resource in template.resources.items()}
    counts = Counter(keys.values())
    return {
        keys[name] if counts[keys[name]] == 1 else (resource.name, resource.type): resource for name, resource in template.resources.items()
    }


def _fixed(resource: Resource) -> Mapping[str, Any]:
    return {name: resource.properties.get(name) for name in create_only(resource.type)}


def _content(resource: Resource) -> Mapping[str, Any]:
    return {key: value for key, value in resource.body.items() if key != "Metadata"}


def _dragged_along(template: Template, resources: Mapping[Key, Resource], replaced: set[Key]) -> set[Key]:
    """Resources whose fixed properties refer to a replaced one."""
    dragged: set[Key] = set()
    while True:
        ids = {resources[key].id for key in replaced | dragged}
        more = {key for key in resources if ids & set(template.references([*_fixed(resources[key]).values()]))} - replaced - dragged
        if not more:
            return dragged
        dragged |= more
