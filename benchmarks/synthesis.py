"""Synthesis of each blueprint beside an empty CDK app: whole processes, in turn."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import applications, processes, rounds
from blueprints.docs import markdown
from stacks.catalogue import CATALOGUE

BLUEPRINTS = tuple(name for name, entry in CATALOGUE.items() if entry.tier != "foundation")
GOALS = {"off": 1.5, "five packs": 2.0}
EMPTY = ("empty app", "")
RATIOS = ("Ratio", "Ratio to the empty app as it comes")
Process = tuple[str, str]
"""What is synthesised, and the rules that check it."""
NOTE = (
    "{runs} counted runs of each after a warm-up, in turn: start of Python and Node, imports, synthesis, end; "
    "default settings, and where something has none, that of the blueprint's minimal sample. "
    "The CDK validates templates with an engine of its own unless told otherwise (`CDK_VALIDATION=false`); "
    "the first ratio is to the empty app under the same condition, the second to the empty app as it comes.\n\n"
)


def measure(runs: int = 5) -> str:
    """Returns the table of times, ratios and memory."""
    with tempfile.TemporaryDirectory() as name:
        given = {(process, on): command for on in (True, False) for process, command in commands(Path(name), on).items()}
        spreads = rounds.alternate({key: _timed(command) for key, command in given.items()}, runs)
        memory = {key: processes.run(command, memory=True).peak_mib for key, command in given.items()}
    rows = [
        (*process, "on" if on else "off", *spread.cells(), *_ratios(spreads, spread, on), _goal(process[1]), _mib(memory[process, on]))
        for (process, on), spread in spreads.items()
    ]
    header = ("Process", "Rules", "CDK's validation", "Median (s)", "Lowest (s)", "Highest (s)", *RATIOS, "Goal", "Peak memory (MiB)")
    return NOTE.format(runs=runs) + markdown.table(header, rows)


def commands(folder: Path, validation: bool) -> dict[Process, processes.Command]:
    """Returns what is compared, the empty app first."""
    found = {EMPTY: applications.empty(folder / f"empty-{validation}", validation=validation)}
    for blueprint in BLUEPRINTS:
        for rules in GOALS:
            place = folder / f"{blueprint}-{rules}-{validation}"
            found[blueprint, rules] = applications.collection(blueprint, place, packs=rules != "off", validation=validation)
    return found


def _ratios(spreads: Mapping[tuple[Process, bool], rounds.Spread], spread: rounds.Spread, on: bool) -> tuple[str, str]:
    return f"{spread.median / spreads[EMPTY, on].median:.2f}", f"{spread.median / spreads[EMPTY, True].median:.2f}"


def _timed(command: processes.Command) -> Callable[[], float]:
    return lambda: processes.run(command).seconds


def _goal(rules: str) -> str:
    return f"≤ {GOALS[rules]}" if rules in GOALS else ""


def _mib(value: float | None) -> str:
    return f"{value:.0f}" if value else "not measured"
