"""Tables as geometry: ruled lines that cross."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from blueprints.local.stand_ins.textract.pages import Grid

Pixels = np.ndarray[Any, Any]
MOSTLY = 0.6


def ruled_grids(across: Pixels, down: Pixels, text_height: float) -> Iterator[Grid]:
    """Yields each set of crossing lines that makes two rows or more of two columns or more."""
    joined = cv2.dilate(across | down, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    for number in range(1, count):
        x, y, width, height = (int(value) for value in stats[number][:4])
        if width > 4 * text_height and height > 2 * text_height:
            window = np.s_[y : y + height, x : x + width]
            mask = labels[window] == number
            rows = _places(across[window] * mask, 1, text_height)
            columns = _places(down[window] * mask, 0, text_height)
            if len(rows) > 2 and len(columns) > 2:
                drawn = _drawn(across[window], rows, 1) * 0.5 + _drawn(down[window], columns, 0) * 0.5
                yield Grid(tuple(y + row for row in rows), tuple(x + column for column in columns), 100 * min(0.99, drawn))


def _places(lines: Pixels, axis: int, text_height: float) -> list[float]:
    """Returns where lines lie that run along most of the grid; ``axis`` 1 for lines across."""
    share = lines.mean(axis=axis)
    places = np.flatnonzero(_spread(share) > MOSTLY * 0.7)
    groups = np.split(places, np.flatnonzero(np.diff(places) > max(3, 0.25 * text_height)) + 1)
    return [float(group.mean()) for group in groups if len(group)]


def _spread(share: Pixels) -> Pixels:
    """Adds up neighbours: a line that leans a little is drawn on several rows of pixels."""
    return np.convolve(share, np.ones(5), mode="same")


def _drawn(lines: Pixels, places: list[float], axis: int) -> float:
    shares = [
        float(
            lines.take(range(max(0, round(place) - 4), min(lines.shape[1 - axis], round(place) + 5)), axis=1 - axis)
            .any(axis=1 - axis)
            .mean()
        )
        for place in places
    ]
    return float(np.mean(shares))
