"""Rounds of runs, and what is said of them."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing, in seconds."""

    seconds: Sequence[float]

    @property
    def median(self) -> float:
        """The median."""
        return statistics.median(self.seconds)

    def cells(self, scale: float = 1, digits: int = 2) -> tuple[str, str, str]:
        """Returns median, lowest and highest as text, multiplied by ``scale``."""
        values = (self.median, min(self.seconds), max(self.seconds))
        return tuple(f"{value * scale:.{digits}f}" for value in values)  # type: ignore[return-value]


def endings(counts: Mapping[str, int]) -> str:
    """Returns in words how often things ended in which way."""
    return ", ".join(f"{count} {ending}" for ending, count in sorted(counts.items()))


Key = TypeVar("Key")


def alternate(actions: Mapping[Key, Callable[[], float]], runs: int) -> dict[Key, Spread]:
    """Runs every action once to warm up, then all of them in turn, ``runs`` times, so that a drift of the machine meets all alike."""
    for action in actions.values():
        action()
    taken: dict[Key, list[float]] = {name: [] for name in actions}
    for _ in range(runs):
        for name, action in actions.items():
            taken[name].append(action())
    return {name: Spread(values) for name, values in taken.items()}
