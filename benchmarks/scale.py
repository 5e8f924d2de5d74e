"""Synthesis of many deployments of document-analysis in one app."""

import tempfile
from pathlib import Path

from benchmarks import applications, processes
from blueprints.docs import markdown

COUNTS = (1, 10, 50, 200)
GOAL_SECONDS = 0.25
BLUEPRINT = "document-analysis"


def measure(counts: tuple[int, ...] = COUNTS) -> str:
    """Returns the table of times by number of deployments, with rules off and on."""
    with tempfile.TemporaryDirectory() as name:
        rows = [row for packs in (False, True) for row in _rows(Path(name), counts, packs=packs)]
    header = ("Rules", "Deployments", "Seconds", "Each further one (s)", "Goal (s)", "Peak memory (MiB)")
    return "One run each. “Each further one” is the time beyond one deployment, divided by how many more there are.\n\n" + markdown.table(
        header, rows
    )


def _rows(folder: Path, counts: tuple[int, ...], *, packs: bool) -> list[tuple[object, ...]]:
    label = "five packs" if packs else "off"
    taken = {
        count: processes.run(applications.collection(BLUEPRINT, folder / f"{label}-{count}", deployments=count, packs=packs), memory=True)
        for count in counts
    }
    first = taken[counts[0]].seconds
    rows: list[tuple[object, ...]] = []
    for count, result in taken.items():
        each = f"{(result.seconds - first) / (count - counts[0]):.2f}" if count > counts[0] else ""
        peak = f"{result.peak_mib:.0f}" if result.peak_mib else "not measured"
        rows.append((label, count, f"{result.seconds:.1f}", each, f"≤ {GOAL_SECONDS}" if packs and each else "", peak))
    return rows
