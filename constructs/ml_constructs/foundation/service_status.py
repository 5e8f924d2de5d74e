"""Which AWS services still take new customers, and where they are offered."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from aws_cdk import Annotations, Stack, Token
from constructs import Construct

REGIONS_CONTEXT = "ml-constructs:service-regions"


@dataclass(frozen=True, kw_only=True)
class Service:
    """What is known about one service.

    Args:
        name: As AWS writes it.
        status: Open, closed to new customers, ending, or ended.
        source: The AWS page, or the package and version, that says so.
        date: Since or until when; ``None`` where no source names it.
        replacement: What to use instead.
        endpoint: Its name in the table of regions; ``None`` where AWS publishes none.
    """

    name: str
    status: Literal["open", "closed", "ending", "ended"]
    source: str
    date: str | None = None
    replacement: str | None = None
    endpoint: str | None = None


@cache
def services() -> dict[str, Service]:
    """Every service of ``service_status.yaml`` by its short name."""
    return {short: Service(**{**fields, "date": _text(fields.get("date"))}) for short, fields in _data("service_status.yaml").items()}


def service(short_name: str) -> Service:
    """The service with this short name.

    Raises:
        ValueError: A name that isn't in the table.
    """
    if short_name not in services():
        raise ValueError(f"service must be one of {', '.join(services())}, got {short_name!r}")
    return services()[short_name]


def service_regions(short_name: str) -> tuple[str, ...]:
    """The regions that offer the service, in every partition; empty where AWS publishes no list."""
    return tuple(_data("service_regions.yaml")["regions"].get(service(short_name).endpoint, ()))


def check_service(scope: Construct, short_name: str, *, existing_customer: bool = False) -> None:
    """Refuses what AWS no longer offers, or not in the region of the stack, and warns of what it won't offer for long.

    The context value ``ml-constructs:service-regions`` (short name to regions) adds regions that the shipped table doesn't know yet.

    Args:
        scope: Gets the warnings; its stack has the region, which is checked unless it is only known at deployment.
        short_name: Name in ``service_status.yaml``.
        existing_customer: Whether the account used the service before it was closed to new customers.

    Raises:
        ValueError: A service that doesn't exist, has ended, is closed to this account, or isn't in the region.

    See https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
    """
    found = service(short_name)
    _check_status(scope, short_name, found, existing_customer)
    region = Stack.of(scope).region
    if Token.is_unresolved(region):
        return
    added = (scope.node.try_get_context(REGIONS_CONTEXT) or {}).get(short_name, [])
    known = (*service_regions(short_name), *added)
    if service_regions(short_name) and region not in known:
        origin = _data("service_regions.yaml")["generated_from"]
        raise ValueError(f"{found.name} is not in {region}; according to {origin} it is in {', '.join(known)}")


def _check_status(scope: Construct, short_name: str, found: Service, existing_customer: bool) -> None:
    when = f" on {found.date}" if found.date else ""
    instead = f"use {found.replacement} instead ({found.source})"
    if found.status == "ended":
        raise ValueError(f"{found.name} ended{when}: {instead}")
    if found.status == "closed" and not existing_customer:
        raise ValueError(f"{found.name} closed to new customers{when}: {instead}, or set existing_customer if this account used it before")
    warnings = {"closed": f"{found.name} closed to new customers{when}: {instead}", "ending": f"{found.name} ends{when}: {instead}"}
    if found.status in warnings:
        Annotations.of(scope).add_warning_v2(f"ml-constructs:{short_name}-{found.status}", warnings[found.status])


def _text(date: Any) -> str | None:
    return None if date is None else str(date)


@cache
def _data(file: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return loaded
