"""Tables: cells by the lines drawn around them, or by columns that line up."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.columns import aligned_grid
from blueprints.local.stand_ins.textract.pages import Box, Grid, Line, Page, Selection, Word

MIN_HEADINGS = 2


@dataclass(frozen=True)
class Cell:
    """One cell, ``row`` and ``column`` counted from 1."""

    row: int
    column: int
    box: Box
    words: tuple[Word, ...]
    selections: tuple[Selection, ...]

    @property
    def text(self) -> str:
        """The words with a space between them."""
        return " ".join(word.text for word in self.words)

    @property
    def line(self) -> Line | None:
        """The words as one line; None for an empty cell."""
        return Line(self.words) if self.words else None


@dataclass(frozen=True)
class Table:
    """A grid and what stands in its cells."""

    grid: Grid
    cells: tuple[Cell, ...]

    @property
    def rows(self) -> list[list[Cell]]:
        """The cells by rows."""
        width = len(self.grid.columns) - 1
        return [list(self.cells[start : start + width]) for start in range(0, len(self.cells), width)]

    @property
    def has_headings(self) -> bool:
        """Whether the first row holds words and no figures."""
        texts = [cell.text for cell in self.rows[0]]
        return sum(bool(text) for text in texts) >= MIN_HEADINGS and not any(re.search(r"\d", text) for text in texts)


def tables(page: Page) -> list[Table]:
    """Returns the page's tables from top to bottom."""
    outside = [line for line in page.lines if not any(line.box.shared(grid.box) > 0.5 for grid in page.grids)]
    aligned = aligned_grid([line for line in outside if not _at_selection(line, page)], page.text_height)
    grids = [*page.grids, *([aligned] if aligned else [])]
    return [_table(grid, page) for grid in sorted(grids, key=lambda each: each.rows[0])]


def in_tables(line: Line, found: Iterable[Table]) -> bool:
    """Tells whether the line stands in one of the tables."""
    return any(line.box.shared(table.grid.box) > 0.5 for table in found)


def add_tables(blocks: Blocks) -> None:
    """Adds ``TABLE`` and ``CELL`` blocks."""
    for table in tables(blocks.page):
        cells = []
        for cell in table.cells:
            kinds = {"EntityTypes": ["COLUMN_HEADER"]} if cell.row == 1 and table.has_headings else {}
            sure = min([table.grid.confidence, *(word.confidence for word in cell.words), *(box.confidence for box in cell.selections)])
            place = {"RowIndex": cell.row, "ColumnIndex": cell.column, "RowSpan": 1, "ColumnSpan": 1}
            cells.append(blocks.add("CELL", cell.box, sure, children=(*cell.words, *cell.selections), on_page=False, **place, **kinds))
        kind = "STRUCTURED_TABLE" if table.grid.ruled else "SEMI_STRUCTURED_TABLE"
        blocks.add("TABLE", table.grid.box, table.grid.confidence, children=cells, EntityTypes=[kind])


def _at_selection(line: Line, page: Page) -> bool:
    return any(line.box.beside(selection.box) for selection in page.selections)


def _table(grid: Grid, page: Page) -> Table:
    words: dict[tuple[int, int], list[Word]] = {}
    for word in (word for line in sorted(page.lines, key=lambda each: (each.box.middle, each.box.left)) for word in line.words):
        words.setdefault(_place(grid, word.box), []).append(word)
    selections: dict[tuple[int, int], list[Selection]] = {}
    for selection in page.selections:
        selections.setdefault(_place(grid, selection.box), []).append(selection)
    cells = []
    for row, (top, bottom) in enumerate(zip(grid.rows, grid.rows[1:], strict=False), start=1):
        for column, (left, right) in enumerate(zip(grid.columns, grid.columns[1:], strict=False), start=1):
            at = (row, column)
            cells.append(Cell(row, column, Box(left, top, right, bottom), tuple(words.get(at, ())), tuple(selections.get(at, ()))))
    return Table(grid, tuple(cells))


def _place(grid: Grid, box: Box) -> tuple[int, int]:
    inside = grid.box.contains((box.left + box.right) / 2, box.middle)
    return (bisect(grid.rows, box.middle), bisect(grid.columns, (box.left + box.right) / 2)) if inside else (0, 0)
