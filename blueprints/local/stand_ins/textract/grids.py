"""Tables as geometry: ruled lines that cross, and columns that line up without them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from blueprints.local.stand_ins.textract.pages import Box, Grid, Line, in_rows

Pixels = np.ndarray[Any, Any]
FIGURES = re.compile(r"^[\W]*[\d][\d.,/%:\- ]*\W*$")
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


def aligned_grid(lines: list[Line], text_height: float) -> Grid | None:
    """Returns the largest run of rows whose three or more columns line up and hold figures in one of them."""
    best: list[list[Line]] = []
    run: list[list[Line]] = []
    for row in in_rows(lines):
        run = [*run, row] if run and _continues(run, row, text_height) else [row] if len(row) > 2 else []
        best = max(best, run, key=len)
    if len(best) < 3 or not _figures(best):
        return None
    columns = [Box.around(row[place].box for row in best) for place in range(len(best[0]))]
    between = [(left.right + right.left) / 2 for left, right in pairwise(columns)]
    heights = [Box.around(line.box for line in row) for row in best]
    borders = [(upper.bottom + lower.top) / 2 for upper, lower in pairwise(heights)]
    rows = (heights[0].top, *borders, heights[-1].bottom)
    return Grid(rows, (columns[0].left, *between, columns[-1].right), 100 * min(0.9, 0.6 + 0.03 * len(best)), ruled=False)


def _continues(run: list[list[Line]], row: list[Line], text_height: float) -> bool:
    last = run[-1]
    if len(row) != len(last) or row[0].box.top - last[0].box.bottom > 1.6 * text_height:
        return False
    columns = [Box.around(each[place].box for each in run) for place in range(len(row))]
    apart = all(left.right < right.left for left, right in pairwise(columns))
    return apart and all(_overlap(column, line.box) > 0 for column, line in zip(columns, row, strict=True))


def _overlap(column: Box, box: Box) -> float:
    return min(column.right, box.right) - max(column.left, box.left)


def _figures(rows: list[list[Line]]) -> bool:
    body = rows[1:]
    return any(sum(bool(FIGURES.match(row[place].text)) for row in body) > MOSTLY * len(body) for place in range(len(rows[0])))
