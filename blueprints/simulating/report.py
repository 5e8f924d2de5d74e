"""Shows what a simulation found: findings, verdicts, a table and plots."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import plotext
from rich.console import Console
from rich.table import Table
from rich.text import Text

from blueprints.console import table
from blueprints.simulating.capacity import StartUp
from blueprints.simulating.published import Finding
from blueprints.simulating.simulation import Minute, Run
from blueprints.simulating.verdicts import Verdict

ROWS = 24
COLUMNS = ("Minute", "Asked", "Ready", "Wanted", "Paid", "Waiting", "Failed", "Latency")
WIDEST, HEIGHT = 140, 12
WHOLE = 1


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is shown of one fleet.

    Args:
        run: What became of it.
        verdict: The same in short.
        findings: Its policies that can't do what they are there for.
        usd_an_hour: Price of an instance; ``None`` when it isn't known.
        price: Where the price comes from, or why there is none.
    """

    run: Run
    verdict: Verdict
    findings: Sequence[Finding]
    usd_an_hour: float | None
    price: str

    @property
    def usd(self) -> float | None:
        """What the instances of the run cost."""
        return None if self.usd_an_hour is None else self.verdict.instance_hours * self.usd_an_hour

    @property
    def good(self) -> bool:
        """Whether nothing is wrong with how it scales."""
        return not self.findings and self.verdict.serves and not self.verdict.flaps


def print_told(told: Told, start_up: StartUp, console: Console) -> None:
    """Shows one fleet."""
    fleet, pace = told.run.fleet, told.run.pace
    bounds = f"{fleet.minimum} to {fleet.maximum} {fleet.unit}"
    runs_on = f" of {fleet.instance_type}" if fleet.instance_type else ""
    console.print(f"\n[bold]{fleet.name}[/] ({fleet.kind}, {bounds}{runs_on})")
    loading = f", {start_up.copy_seconds:g} s until a copy is loaded" if fleet.hosts else ""
    each = f"{pace.service_seconds:g} s a request, {pace.parallel:g} at once on each"
    console.print(f"Assumed: {each}; {start_up.instance_seconds:g} s until an instance serves{loading}. Options change it.", style="dim")
    for finding in told.findings:
        console.print(Text(f"REJECTED {finding.policy}: {finding.problem}", style="red"))
    console.print(_table(told))
    console.print(Text(plots(told, min(console.width, WIDEST))))
    for line in sentences(told):
        console.print(f"  {line}")


def sentences(told: Told) -> list[str]:
    """Returns the verdict in words."""
    verdict, fleet = told.verdict, told.run.fleet
    if verdict.capacity_after is None:
        came = "Capacity never came." if verdict.requests else "Nobody asked."
    elif verdict.capacity_after == 0:
        came = "There was capacity for the first request."
    else:
        came = f"Capacity came {_seconds(verdict.capacity_after)} after the first request."
    back = "zero" if verdict.zero else f"its minimum of {fleet.minimum}"
    lines = [came, f"At the end it is {'back' if verdict.back_to_minimum else 'not back'} at {back}."]
    lines.append(f"It {'flaps' if verdict.flaps else 'does not flap'}: {len(told.run.changes)} changes of capacity.")
    lines.append(f"Of {verdict.requests:,.0f} requests, {verdict.failed:,.0f} were not served and {verdict.waiting:,.0f} wait at the end.")
    if fleet.kind == "inference-component" and verdict.zero and verdict.failed:
        lines.append("Requests fail while there is no copy: callers have to try again.")
    if verdict.peak_latency is not None:
        lines.append(f"The slowest took about {_seconds(verdict.peak_latency)}.")
    return [*lines, _cost(told)]


def _cost(told: Told) -> str:
    if told.run.fleet.kind == "serverless":
        return f"Environments were in use for {told.verdict.busy_seconds:,.0f} s. Cost: unknown, {told.price}."
    used = f"{told.verdict.instance_hours:,.1f} hours of instances"
    return f"{used}. Cost: unknown, {told.price}." if told.usd is None else f"{used}, about {told.usd:,.2f} USD ({told.price})."


def _seconds(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds >= 120 else f"{seconds:.3g} s"


def _table(told: Told) -> Table:
    minutes = told.run.minutes
    span = max(1, math.ceil(len(minutes) / ROWS))
    rows, hours = [], 0.0
    for first in range(0, len(minutes), span):
        part = minutes[first : first + span]
        hours += sum(minute.instances for minute in part) / 60
        rows.append([*_row(part), f"{hours * (told.usd_an_hour or 1):,.2f}"])
    return table(*COLUMNS, "Hours" if told.usd_an_hour is None else "USD", rows=rows)


def _row(part: Sequence[Minute]) -> list[str]:
    last = part[-1]
    latencies = [minute.latency for minute in part if minute.latency is not None]
    return [
        str(last.minute + 1),
        f"{sum(minute.requests for minute in part):,.0f}",
        str(last.ready),
        str(last.desired),
        str(last.instances),
        f"{last.backlog:,.1f}",
        f"{sum(minute.failed for minute in part):,.0f}",
        f"{max(latencies):,.1f} s" if latencies else "none",
    ]


def plots(told: Told, width: int) -> str:
    """Returns capacity, backlog, latency and cost over time, as text, two beside each other.

    Args:
        told: What is shown.
        width: Characters in a line.
    """
    drawn = [_plot(title, values, width // 2) for title, values in series(told).items()]
    return "\n".join("".join(line) for pair in (drawn[:2], drawn[2:]) for line in zip(*pair, strict=True))


def _plot(title: str, values: Sequence[float], width: int) -> list[str]:
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plot_size(width, HEIGHT)
    plotext.plot(range(len(values)), values, marker="braille")
    plotext.xticks([len(values) * quarter // 4 for quarter in range(5)])
    plotext.ylim(0, max(WHOLE, *values) * 1.05)
    plotext.title(f"{title}, by minute")
    lines = str(plotext.uncolorize(plotext.build())).splitlines()
    return [line.ljust(width) for line in lines]


def series(told: Told) -> dict[str, list[float]]:
    """Returns what is plotted: a value for each minute, by title."""
    minutes = told.run.minutes
    found: dict[str, list[float]] = {
        f"{told.run.fleet.unit} that serve": [minute.ready for minute in minutes],
        "requests waiting": [minute.backlog for minute in minutes],
        "latency (s)": [minute.latency or 0.0 for minute in minutes],
    }
    price = told.usd_an_hour
    hours = itertools.accumulate(minute.instances / 60 for minute in minutes)
    title = "instance hours so far" if price is None else "USD so far"
    return {**found, title: [hour * (1 if price is None else price) for hour in hours]}


def document(told: Told) -> dict[str, Any]:
    """Returns one fleet as plain data."""
    fleet, verdict = told.run.fleet, told.verdict
    return {
        "name": fleet.name,
        "kind": fleet.kind,
        "instance_type": fleet.instance_type,
        "minimum": fleet.minimum,
        "maximum": fleet.maximum,
        "findings": [asdict(finding) for finding in told.findings],
        "verdict": {**asdict(verdict), "serves": verdict.serves},
        "assumed": asdict(told.run.pace),
        "usd": told.usd,
        "price": told.price,
        "changes": [asdict(change) for change in told.run.changes],
        "minutes": [asdict(minute) for minute in told.run.minutes],
    }
