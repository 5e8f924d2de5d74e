"""Synthesis of document-analysis beside an empty CDK app: whole processes, in turn."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import applications, processes, rounds
from blueprints.docs import markdown

GOALS = {"rules off": 1.5, "five packs": 2.0}
EMPTY = "empty app"
RATIOS = ("Ratio", "Ratio to the empty app as it comes")
Key = tuple[str, bool]
NOTE = (
    "{runs} counted runs of each after a warm-up, in turn: start of Python and Node, imports, synthesis, end. "
    "The CDK validates templates with an engine of its own unless told otherwise (`CDK_VALIDATION=false`); "
    "the first ratio is to the empty app under the same condition, the second to the empty app as it comes.\n\n"
)


def measure(runs: int = 7) -> str:
    """Returns the table of times, ratios and memory."""
    with tempfile.TemporaryDirectory() as name:
        commands = {(label, on): command for on in (True, False) for label, command in _commands(Path(name), on).items()}
        spreads = rounds.alternate({key: _timed(command) for key, command in commands.items()}, runs)
        memory = {key: processes.run(command, memory=True).peak_mib for key, command in commands.items()}
    rows = [
        (label, "on" if on else "off", *spread.cells(), *_ratios(spreads, spread, on), _goal(label), _mib(memory[label, on]))
        for (label, on), spread in spreads.items()
    ]
    header = ("Process", "CDK's validation", "Median (s)", "Lowest (s)", "Highest (s)", *RATIOS, "Goal", "Peak memory (MiB)")
    return NOTE.format(runs=runs) + markdown.table(header, rows)


def _ratios(spreads: Mapping[Key, rounds.Spread], spread: rounds.Spread, on: bool) -> tuple[str, str]:
    return f"{spread.median / spreads[EMPTY, on].median:.2f}", f"{spread.median / spreads[EMPTY, True].median:.2f}"


def _commands(folder: Path, validation: bool) -> dict[str, processes.Command]:
    return {
        EMPTY: applications.empty(folder / f"empty-{validation}", validation=validation),
        "rules off": applications.document_analysis(folder / f"off-{validation}", packs=False, validation=validation),
        "five packs": applications.document_analysis(folder / f"packs-{validation}", validation=validation),
    }


def _timed(command: processes.Command) -> Callable[[], float]:
    return lambda: processes.run(command).seconds


def _goal(label: str) -> str:
    return f"≤ {GOALS[label]}" if label in GOALS else ""


def _mib(value: float | None) -> str:
    return f"{value:.0f}" if value else "not measured"
