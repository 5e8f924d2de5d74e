"""What the command line tells of a blueprint."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from blueprints.console import safe, table
from stacks.catalogue import CATALOGUE, TIERS, Entry
from stacks.settings.schema import Row, rows

MANY_CHOICES, FEW_CHOICES = 20, 5
ROOT = Path(__file__).resolve().parents[1]


def catalogue() -> list[Entry]:
    """Returns the blueprints by tier and name."""
    return sorted(CATALOGUE.values(), key=lambda entry: (TIERS.index(entry.tier), entry.name))


def summary(entry: Entry) -> dict[str, Any]:
    """Returns what is known of a blueprint without importing it."""
    return {key: value for key, value in asdict(entry).items() if key != "class_prefix"}


def description(entry: Entry) -> dict[str, Any]:
    """Returns everything that is known of a blueprint: the status of its services, its settings, its outputs."""
    from blueprints.docs.synthesis import synthesise
    from ml_constructs.foundation.service_status import service

    return {
        **summary(entry),
        "services": [{"id": name, **asdict(service(name))} for name in entry.services],
        "settings": [asdict(row) for row in rows(entry.settings_model())],
        "outputs": {name: output.get("Description", "") for name, output in synthesise(ROOT, entry.name).outputs.items()},
        "samples": [str(path.relative_to(ROOT)) for path in sorted((ROOT / "settings" / entry.name).glob("*.yaml"))],
    }


def print_catalogue(console: Console) -> None:
    """Writes the catalogue as a table."""
    console.print(table("Blueprint", "Tier", "What it does", rows=[(entry.name, entry.tier, entry.summary) for entry in catalogue()]))


def print_description(entry: Entry, told: dict[str, Any], console: Console) -> None:
    """Writes what is known of a blueprint."""
    console.print(f"\n[bold]{entry.title}[/] ({entry.name}, {entry.tier})\n{safe(entry.summary)}\n")
    if told["services"]:
        services = [(service["name"], _status(service), service["source"]) for service in told["services"]]
        console.print(table("Service", "Status", "Source", rows=services))
    console.print(table("Setting", "Allowed", "What it is for", rows=[_setting(Row(**row)) for row in told["settings"]]))
    if told["outputs"]:
        console.print(table("Output", "What it is", rows=list(told["outputs"].items())))
    console.print(f"Samples: {', '.join(told['samples']) or 'none'}\n")


def _status(service: dict[str, Any]) -> str:
    date = f" ({service['date']})" if service["date"] else ""
    return f"{service['status']}{date}"


def _setting(row: Row) -> tuple[str, str, str]:
    default = "required" if row.required else "" if row.type == "mapping" else f"= {_spelled(row.default)}"
    choices = row.allowed.split(", ")
    allowed = row.allowed if len(choices) <= MANY_CHOICES else f"{', '.join(choices[:FEW_CHOICES])}, … ({len(choices)}; see --json)"
    return f"{row.path}\n{default}".strip(), allowed, row.description


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
