"""Cells hold the words that stand in them."""

from __future__ import annotations

from collections.abc import Callable

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.pages import Box, Grid, Page, Selection
from blueprints.local.stand_ins.textract.tables import add_tables, in_tables, tables

GRID = Grid((100, 150, 200), (100, 300, 500), 97.0)


def test_words_and_check_boxes_stand_in_their_cells(page_of: Callable[..., Page]) -> None:
    page = page_of(
        ("Name", 110, 110), ("Qty", 310, 110), ("Blue lamp", 110, 160), ("outside", 700, 160),
        grids=(GRID,), selections=(Selection(Box(310, 160, 330, 180), True, 88.0),),
    )  # fmt: skip
    (table,) = tables(page)
    assert [[cell.text for cell in row] for row in table.rows] == [["Name", "Qty"], ["Blue lamp", ""]]
    assert table.rows[1][1].selections[0].selected
    assert table.rows[1][1].line is None
    assert table.has_headings
    assert [line.text for line in page.lines if in_tables(line, [table])] == ["Name", "Qty", "Blue lamp"]


def test_a_first_row_with_figures_is_no_heading(page_of: Callable[..., Page]) -> None:
    assert not tables(page_of(("Name", 110, 110), ("42", 310, 110), grids=(GRID,)))[0].has_headings


def test_a_cell_is_as_sure_as_its_least_sure_word(page_of: Callable[..., Page]) -> None:
    blocks = Blocks(page_of(("Name", 110, 110), ("lamp", 110, 160, 20, 61.0), grids=(GRID,)))
    add_tables(blocks)
    cells = {(block["RowIndex"], block["ColumnIndex"]): block["Confidence"] for block in blocks if block["BlockType"] == "CELL"}
    assert cells == {(1, 1): 97.0, (1, 2): 97.0, (2, 1): 61.0, (2, 2): 97.0}


def test_rows_of_check_boxes_are_no_table(page_of: Callable[..., Page]) -> None:
    lines = [(text, 100 + 250 * column, 100 + 30 * row) for row in range(3) for column, text in enumerate(("Yes", "1", "2"))]
    boxes = tuple(Selection(Box(80, 100 + 30 * row, 100, 120 + 30 * row), False, 90.0) for row in range(3))
    assert len(tables(page_of(*lines))) == 1
    assert tables(page_of(*lines, selections=boxes)) == []
