"""Data points of metrics, as CloudWatch would have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from blueprints.simulating.fleets import Metric
from blueprints.simulating.published import INVOCATIONS_PER_COPY, INVOCATIONS_PER_INSTANCE, NO_CAPACITY, measured

TICK_SECONDS = 10
SUMMED = frozenset({INVOCATIONS_PER_INSTANCE, INVOCATIONS_PER_COPY, NO_CAPACITY})
"""The metrics whose data points are sums; those of the others are averages."""


class Readings:
    """What was published so far, tick by tick; a tick without a value has none."""

    def __init__(self) -> None:
        self._values: dict[str, dict[int, float]] = defaultdict(dict)
        self._points: dict[tuple[str, int], list[float | None]] = defaultdict(list)
        self.ticks = 0

    def publish(self, values: Mapping[str, float | None]) -> None:
        """Adds the values of the next tick."""
        for name, value in values.items():
            if value is not None:
                self._values[name][self.ticks] = value
        self.ticks += 1

    def newest(self, metric: Metric, count: int) -> list[float | None]:
        """Returns the newest complete data points, at most ``count``; ``None`` where nothing was published."""
        per_point = metric.period // TICK_SECONDS
        complete = self.ticks // per_point
        name = measured(metric)
        # What is complete stays as it is.
        points = self._points[name, per_point]
        points += [self._point(name, number * per_point, per_point) for number in range(len(points), complete)]
        return points[max(0, complete - count) :]

    def _point(self, name: str, first: int, per_point: int) -> float | None:
        known = self._values.get(name, {})
        found = [known[tick] for tick in range(first, first + per_point) if tick in known]
        if not found:
            return None
        return sum(found) if name in SUMMED else sum(found) / len(found)
