"""Columns that line up are a table without lines."""

from __future__ import annotations

from collections.abc import Callable

from blueprints.local.stand_ins.textract.columns import aligned_grid
from blueprints.local.stand_ins.textract.pages import Page


def test_columns_that_line_up_and_hold_figures_are_a_table_without_lines(page_of: Callable[..., Page]) -> None:
    rows = [("Apples", "4", "1.20"), ("Pears", "12", "3.60"), ("Plums", "7", "2.10")]
    cells = [(text, 100 + 250 * column, 100 + 30 * row) for row, texts in enumerate(rows) for column, text in enumerate(texts)]
    page = page_of(("Just a line of text", 100, 20), *cells)
    grid = aligned_grid(list(page.lines), page.text_height)
    assert grid is not None
    assert (len(grid.rows), len(grid.columns), grid.ruled) == (4, 4, False)
    assert grid.confidence < 80


def test_columns_of_words_are_no_table(page_of: Callable[..., Page]) -> None:
    cells = [(text, 100 + 250 * column, 100 + 30 * row) for row in range(4) for column, text in enumerate(("one", "two", "three"))]
    page = page_of(*cells)
    assert aligned_grid(list(page.lines), page.text_height) is None


def test_two_columns_are_no_table(page_of: Callable[..., Page]) -> None:
    page = page_of(*((text, 100 + 400 * column, 100 + 30 * row) for row in range(4) for column, text in enumerate(("Total", "4.20"))))
    assert aligned_grid(list(page.lines), page.text_height) is None
