"""Tables as geometry: columns that line up without ruled lines."""

from __future__ import annotations

import re
from itertools import pairwise

from blueprints.local.stand_ins.textract.pages import Box, Grid, Line, in_rows

FIGURES = re.compile(r"^[\W]*[\d][\d.,/%:\- ]*\W*$")
MOSTLY = 0.6


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
