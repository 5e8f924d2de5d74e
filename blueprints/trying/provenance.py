"""Tells how real the answers were."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from blueprints.console import table
from blueprints.local.provenance import REAL


def print_provenance(report: Mapping[str, Any], console: Console) -> None:
    """Writes who answered which calls and what became of the resources."""
    calls: dict[str, Counter[str]] = defaultdict(Counter)
    for row in report["calls"]:
        calls[row["provenance"]][row["service"]] += row["count"]
    console.print(table("Calls", "Who answered", rows=[(_counted(services), kind) for kind, services in _ordered(calls)]))
    resources: dict[str, Counter[str]] = defaultdict(Counter)
    for row in report["resources"]:
        resources[row["provenance"]][row["type"]] += 1
    rows = [(_types(kind, types), kind) for kind, types in _ordered(resources)]
    console.print(table("Resources", "How real they were", rows=rows))


def _ordered(groups: Mapping[str, Counter[str]]) -> list[tuple[str, Counter[str]]]:
    return sorted(groups.items(), key=lambda group: (group[0] != REAL, group[0]))


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _types(kind: str, types: Counter[str]) -> str:
    total = f"{types.total()} of {len(types)} types"
    return total if kind == REAL else f"{total}: {_counted(types)}"


def print_left(left: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Writes what is left after the blueprint was destroyed."""
    if not left:
        console.print("Left behind: nothing.")
        return
    rows = [(thing["kind"], thing["name"], thing["reason"]) for thing in left]
    console.print(table("Left behind", "Name", "Why", rows=rows))
