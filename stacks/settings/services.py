"""Whether the services of a blueprint take this account, in the region that was chosen."""

from collections.abc import Iterator

from stacks.catalogue import Entry
from stacks.settings.models import BlueprintSettings
from stacks.settings.problems import Problem


def service_problems(name: str, entry: Entry, settings: BlueprintSettings, region: str | None) -> Iterator[Problem]:
    """Finds the services of the deployment ``name`` that AWS doesn't offer any more, not to this account, or not in ``region``."""
    # Imported late: it loads the CDK, which a look at the catalogue doesn't need.
    from ml_constructs.foundation.service_status import service, service_regions

    for short_name in entry.services:
        found = service(short_name)
        when = f" on {found.date}" if found.date else ""
        instead = f"use {found.replacement} instead ({found.source})"
        if found.status == "ended":
            yield Problem(("deployments", name), f"{entry.name} can't be deployed: {found.name} ended{when}; {instead}")
        if found.status == "closed" and not settings.existing_customer:
            closed = f"false is not allowed: {found.name} closed to new customers{when}"
            message = f"{closed}; allowed: true, if this account used it before; else {instead}"
            yield Problem(("deployments", name, "existing_customer"), message)
        offered = service_regions(short_name)
        if region and offered and region not in offered:
            yield Problem(
                ("region",), f"{entry.name} can't be deployed to {region}: {found.name} isn't there; allowed: {', '.join(offered)}"
            )
