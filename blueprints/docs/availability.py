"""The services section: whether AWS still offers what a blueprint uses, and in how many regions."""

from collections.abc import Iterable

from blueprints.docs import markdown
from ml_constructs.foundation.service_status import service_regions, services

STATUS = {"open": "open", "closed": "closed to new customers", "ending": "ending", "ended": "ended"}


def availability(names: Iterable[str]) -> str:
    """Returns the status of the services that the status list watches as a table."""
    watched = [name for name in sorted(names) if name in services()]
    return markdown.table(("Service", "Status", "Regions", "Source"), [_row(name) for name in watched])


def _row(name: str) -> tuple[object, ...]:
    found = services()[name]
    since = f" ({found.date})" if found.date else ""
    instead = f"; use {found.replacement}" if found.replacement else ""
    regions = len(service_regions(name)) or "not published"
    return found.name, f"{STATUS[found.status]}{since}{instead}", regions, _link(found.source)


def _link(source: str) -> str:
    return f"[AWS]({source})" if source.startswith("https://") else source
