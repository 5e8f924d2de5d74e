"""Requests sent by one asker or by several at once, and what is said of them."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks import rounds
from blueprints.evaluating import metrics

Ask = Callable[[], str]
"""Sends a request, waits for the whole answer and tells how it ended."""
Row = tuple[object, ...]
ANSWERED = "HTTP 200"
HEADER = ("Requests", "Seconds", "Requests per second", "p50 (ms)", "p95 (ms)")


@dataclass(frozen=True)
class Sent:
    """Requests that have ended.

    Args:
        seconds: From the first request to the last answer.
        taken: What each took, in seconds.
        ended: How each ended.
    """

    seconds: float
    taken: Sequence[float]
    ended: Sequence[str]

    def percentile(self, percent: int) -> float:
        """Returns what so many of a hundred answered requests took at most, in seconds; 0 where none was answered."""
        return metrics.percentile(self._answered, percent) or 0.0

    def cells(self) -> Row:
        """Returns what stands below ``HEADER``; requests that were refused count as sent, and neither as a rate nor as a time."""
        rate = len(self._answered) / self.seconds
        return len(self.taken), f"{self.seconds:.1f}", f"{rate:.1f}", *(f"{self.percentile(percent) * 1000:.1f}" for percent in (50, 95))

    @property
    def _answered(self) -> list[float]:
        return [taken for taken, ended in zip(self.taken, self.ended, strict=True) if ended == ANSWERED]

    def endings(self) -> str:
        """Returns in words how often they ended in which way."""
        return rounds.endings(Counter(self.ended))


def send(ask: Ask, count: int, askers: int = 1) -> Sent:
    """Sends the same request ``count`` times, by ``askers`` at once."""
    return send_each([ask] * count, askers)


def send_each(asks: Sequence[Ask], askers: int = 1) -> Sent:
    """Sends requests in their order, by ``askers`` at once."""
    start = time.perf_counter()
    with ThreadPoolExecutor(askers) as pool:
        found = list(pool.map(_timed, asks))
    seconds = time.perf_counter() - start
    return Sent(seconds, [taken for taken, _ in found], [ended for _, ended in found])


def _timed(ask: Ask) -> tuple[float, str]:
    start = time.perf_counter()
    ended = ask()
    return time.perf_counter() - start, ended
