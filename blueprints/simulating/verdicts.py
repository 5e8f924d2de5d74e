"""What a run shows: when capacity came, whether it went again, whether it flapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from blueprints.simulating.simulation import Change, Run

HOUR = 3600
REVERSALS = 3
"""So many changes of direction within an hour are flapping."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The run of one fleet in short.

    Args:
        capacity_after: Seconds from the first request until capacity served it; ``None`` when none ever came.
        requests: That came.
        failed: Of them, those that nobody served.
        waiting: Of them, those that still wait at the end.
        back_to_minimum: Whether the capacity ends at its minimum.
        zero: Whether that minimum is zero.
        flaps: Whether it went up and down without need.
        highest: The most capacity that served.
        peak_latency: The longest that a request took, in seconds; ``None`` when none was served.
        instance_hours: Hours of instances, paid from their order on.
        busy_seconds: Seconds of serverless environments in use.
    """

    capacity_after: float | None
    requests: float
    failed: float
    waiting: float
    back_to_minimum: bool
    zero: bool
    flaps: bool
    highest: int
    peak_latency: float | None
    instance_hours: float
    busy_seconds: float

    @property
    def serves(self) -> bool:
        """Whether requests were served at all, if there were any, and none waits for ever."""
        return (self.capacity_after is not None or not self.requests) and self.waiting < 1


def verdict(run: Run) -> Verdict:
    """Returns what a run shows."""
    first, served = run.first_request, run.first_served
    latencies = [minute.latency for minute in run.minutes if minute.latency is not None]
    last = run.minutes[-1]
    return Verdict(
        capacity_after=None if first is None or served is None else float(served - first),
        requests=sum(minute.requests for minute in run.minutes),
        failed=sum(minute.failed for minute in run.minutes),
        waiting=last.backlog,
        back_to_minimum=last.desired == run.fleet.minimum,
        zero=run.fleet.minimum == 0,
        flaps=reversals(run.changes) >= REVERSALS,
        highest=max(minute.ready for minute in run.minutes),
        peak_latency=max(latencies, default=None),
        instance_hours=sum(minute.instances for minute in run.minutes) / 60,
        busy_seconds=sum(minute.busy_seconds for minute in run.minutes),
    )


def reversals(changes: Sequence[Change]) -> int:
    """Returns the most changes of direction within an hour; what is removed because nobody asks any more is none."""
    turns = [
        later.second
        for earlier, later in pairwise(changes)
        if (earlier.after > earlier.before) != (later.after > later.before) and not earlier.idle and not later.idle
    ]
    return max((sum(start <= turn < start + HOUR for turn in turns) for start in turns), default=0)
