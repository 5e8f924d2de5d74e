"""Synthesis of document-analysis beside an empty CDK app: whole processes, in turn."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import applications, processes, rounds
from blueprints.docs import markdown

GOALS = {"rules off": 1.5, "five packs": 2.0}


def measure(runs: int = 7) -> str:
    """Returns the table of times, ratios and memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = {
            "empty app": applications.empty(folder / "empty"),
            "rules off": applications.document_analysis(folder / "off", rules=False),
            "five packs": applications.document_analysis(folder / "packs"),
        }
        spreads = rounds.alternate({label: _timed(command) for label, command in commands.items()}, runs)
        memory = {label: processes.run(command, memory=True).peak_mib for label, command in commands.items()}
    base = spreads["empty app"].median
    rows = [(label, *spread.cells(), f"{spread.median / base:.2f}", _goal(label), _mib(memory[label])) for label, spread in spreads.items()]
    header = ("Process", "Median (s)", "Lowest (s)", "Highest (s)", "Ratio", "Goal", "Peak memory (MiB)")
    return f"{runs} counted runs of each after a warm-up, in turn.\n\n" + markdown.table(header, rows)


def _timed(command: processes.Command) -> Callable[[], float]:
    return lambda: processes.run(command).seconds


def _goal(label: str) -> str:
    return f"≤ {GOALS[label]}" if label in GOALS else ""


def _mib(value: float | None) -> str:
    return f"{value:.0f}" if value else "not measured"
