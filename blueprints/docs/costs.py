"""The cost section: what bills by the hour, what by use, and which setting moves it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from blueprints.docs import markdown
from blueprints.docs.policies import roles
from blueprints.docs.resources import short
from blueprints.docs.template import Resource, Template

DATA = Path(__file__).with_name("costs.yaml")
WHEN = {"idle": "by time, idle or not", "use": "by use", "free": "free"}


@dataclass(frozen=True)
class Driver:
    """One thing that AWS bills for."""

    key: str
    count: int
    when: str
    basis: str
    source: str


def costs(template: Template, moved_by: Mapping[str, str]) -> str:
    """Returns the cost drivers of a template, those that bill while idle first.

    Args:
        template: The template.
        moved_by: By resource type or service, the settings that move it.
    """
    found = sorted(drivers(template), key=lambda driver: (driver.when != "idle", driver.key))
    rows = [(_name(d), WHEN[d.when], d.basis, moved_by.get(d.key, ""), f"[pricing]({d.source})") for d in found]
    return markdown.table(("What", "Billed", "Basis", "Moved by", "Source"), rows)


def drivers(template: Template) -> Iterator[Driver]:
    """Yields what a template is billed for, by resource type and by service called."""
    known = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    for name, entry in known["resources"].items():
        count = sum(1 for resource in template.of_type(name) if _billed(resource))
        if count:
            yield Driver(name, count, **entry)
    called = {action.split(":")[0] for role in roles(template) for statement in role.statements for action in statement.actions}
    for name, entry in known["services"].items():
        if name in called:
            yield Driver(name, 0, **entry)


def _billed(resource: Resource) -> bool:
    kind: Any = resource.properties.get("VpcEndpointType", "Gateway")
    return resource.type != "AWS::EC2::VPCEndpoint" or kind != "Gateway"


def _name(driver: Driver) -> str:
    return f"{short(driver.key)} ({driver.count})" if driver.count else f"calls to {driver.key}"
