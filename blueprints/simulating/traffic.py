"""Requests over time: patterns, and those of a file."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MINUTES_A_DAY = 24 * 60
QUIET = 0.1
TRICKLE_EVERY = 90
FIRST_REQUEST = 5


@dataclass(frozen=True)
class Traffic:
    """Requests a minute, minute by minute.

    Args:
        name: Of the pattern, or the file.
        requests: Requests of each minute.
    """

    name: str
    requests: tuple[float, ...]

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return len(self.requests)


def _step(minute: int, rest: float) -> float:
    return 1.0 if 10 <= minute < 70 else rest


def _diurnal(minute: int, rest: float) -> float:
    day = (1 - math.cos(2 * math.pi * minute / MINUTES_A_DAY)) / 2
    return rest + (1 - rest) * day if rest else max(0.0, day - QUIET) / (1 - QUIET)


def _burst(minute: int, rest: float) -> float:
    return 1.0 if minute % 60 in range(30, 35) else rest


def _constant(_minute: int, _rest: float) -> float:
    return 0.6


PATTERNS: dict[str, tuple[int, Callable[[int, float], float]]] = {
    "step": (180, _step),
    "diurnal": (MINUTES_A_DAY, _diurnal),
    "burst": (240, _burst),
    "constant": (240, _constant),
}
"""How many minutes each lasts, and the share of the peak in a minute, given the share while it is quiet."""

NAMES = (*PATTERNS, "trickle")


def traffic(name: str, *, peak: float, falls_silent: bool) -> Traffic:
    """Returns the traffic called ``name``, or that of a file.

    ``step`` is ten quiet minutes, an hour at the peak and quiet again; ``diurnal`` a day with its peak at noon; ``burst`` five minutes at
    the peak each hour; ``constant`` three fifths of the peak; ``trickle`` one request every hour and a half.

    Args:
        name: One of ``NAMES``, or a CSV file with the columns ``minute`` and ``requests``; minutes left out have none.
        peak: Requests a minute at most; files name their own.
        falls_silent: Whether there is nothing at all while it is quiet, for fleets that scale to zero; else a tenth of the peak.

    Raises:
        ValueError: Neither a pattern nor a file, or a file that can't be read so.
    """
    if name == "trickle":
        return Traffic(name, tuple(float(minute % TRICKLE_EVERY == FIRST_REQUEST) for minute in range(4 * TRICKLE_EVERY)))
    if name in PATTERNS:
        minutes, share = PATTERNS[name]
        return Traffic(name, tuple(peak * share(minute, 0.0 if falls_silent else QUIET) for minute in range(minutes)))
    path = Path(name)
    if not path.is_file():
        raise ValueError(f"traffic must be one of {', '.join(NAMES)}, or a CSV file, got {name!r}")
    return Traffic(path.name, _read(path))


def _read(path: Path) -> tuple[float, ...]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if not {"minute", "requests"} <= set(rows.fieldnames or ()):
            raise ValueError(f"{path} must have the columns minute and requests, got {', '.join(rows.fieldnames or ()) or 'none'}")
        found = dict(_row(path, number, row) for number, row in enumerate(rows, 2))
    if not found:
        raise ValueError(f"{path} must have a row at least, got none")
    return tuple(found.get(minute, 0.0) for minute in range(max(found) + 1))


def _row(path: Path, number: int, row: dict[str, str]) -> tuple[int, float]:
    try:
        minute, requests = int(row["minute"]), float(row["requests"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}, line {number}: minute and requests must be numbers, got {row}") from error
    if not 0 <= minute < 7 * MINUTES_A_DAY or not 0 <= requests < math.inf:
        raise ValueError(f"{path}, line {number}: minute must be 0 to {7 * MINUTES_A_DAY - 1} and requests 0 or more, got {row}")
    return minute, requests
