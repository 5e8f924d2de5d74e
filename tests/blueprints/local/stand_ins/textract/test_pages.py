"""Boxes, lines and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blueprints.local.stand_ins.textract.pages import Box, Page, in_rows


def test_boxes_know_their_size_and_what_they_share() -> None:
    box = Box(0, 0, 10, 20)
    assert (box.width, box.height, box.area, box.middle) == (10, 20, 200, 10)
    assert box.shared(Box(5, 0, 50, 10)) == 0.25
    assert box.shared(Box(50, 50, 60, 60)) == 0.0
    assert Box(0, 0, 0, 0).shared(box) == 0.0
    assert box.contains(10, 20)
    assert not box.contains(11, 20)
    assert Box.around([box, Box(-5, 5, 3, 30)]) == Box(-5, 0, 10, 30)


def test_boxes_stand_beside_each_other_on_one_row() -> None:
    assert Box(0, 0, 10, 20).beside(Box(50, 5, 60, 15))
    assert not Box(0, 0, 10, 20).beside(Box(50, 15, 60, 35))


def test_a_line_weighs_its_words_by_length(page_of: Callable[..., Page]) -> None:
    (short,) = page_of(("ab", 0, 0, 20, 50.0)).lines
    (long,) = page_of(("abcdef", 40, 0, 20, 90.0)).lines
    line = type(short)((*short.words, *long.words))
    assert line.text == "ab abcdef"
    assert line.confidence == 80
    assert line.split(1) == (short, long)


def test_rows_go_from_top_to_bottom_and_from_left_to_right(page_of: Callable[..., Page]) -> None:
    page = page_of(("d", 0, 100), ("b", 300, 4), ("a", 0, 0), ("c", 600, -2))
    assert [[line.text for line in row] for row in in_rows(page.lines)] == [["a", "b", "c"], ["d"]]


def test_geometry_is_in_shares_of_the_page_as_it_is_in_the_file() -> None:
    page = Page((200, 100), ((0.0, 1.0, 0.0), (-1.0, 0.0, 100.0)), 90.0, (100, 200))
    geometry: dict[str, Any] = page.geometry(Box(10, 20, 30, 60))
    assert geometry["BoundingBox"] == pytest.approx({"Left": 0.1, "Top": 0.7, "Width": 0.2, "Height": 0.2})
    assert geometry["Polygon"][0] == pytest.approx({"X": 0.1, "Y": 0.9})
    assert geometry["RotationAngle"] == 90.0


def test_geometry_stays_on_the_page(page_of: Callable[..., Page]) -> None:
    box = page_of().geometry(Box(-50, -50, 2000, 500))["BoundingBox"]
    assert box == {"Left": 0.0, "Top": 0.0, "Width": 1.0, "Height": 0.5}


def test_a_page_knows_its_usual_text(page_of: Callable[..., Page]) -> None:
    page = page_of(("a", 0, 0, 10, 90.0), ("b", 0, 50, 20, 70.0), ("c", 0, 100, 90, 50.0))
    assert (page.text_height, page.confidence) == (20, 70)
    assert page_of(size=(100, 600)).text_height == 10
    assert page.numbered(7).number == 7
