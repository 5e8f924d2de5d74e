"""Check boxes and signatures are found in the ink."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from blueprints.local.stand_ins.textract.ink import Drawing
from blueprints.local.stand_ins.textract.pages import Page

HEIGHT = 24


def paper() -> np.ndarray:
    return np.full((400, 800, 3), 250, np.uint8)


def square(picture: np.ndarray, left: int, *, crossed: bool = False, size: int = 28) -> None:
    cv2.rectangle(picture, (left, 100), (left + size, 100 + size), (20, 20, 20), 2)
    if crossed:
        cv2.line(picture, (left + 5, 105), (left + size - 5, 95 + size), (90, 30, 20), 3)
        cv2.line(picture, (left + size - 5, 105), (left + 5, 95 + size), (90, 30, 20), 3)


def test_finds_check_boxes_and_whether_they_are_checked() -> None:
    picture = paper()
    square(picture, 100)
    square(picture, 300, crossed=True)
    found = Drawing(picture, HEIGHT).selections
    assert [(selection.selected, round(selection.box.left, -1)) for selection in found] == [(False, 100), (True, 300)]
    assert all(80 < selection.confidence < 100 for selection in found)


def test_letters_circles_filled_squares_and_large_frames_are_no_check_boxes() -> None:
    picture = paper()
    cv2.putText(picture, "OD8 H B", (50, 150), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 3)
    cv2.circle(picture, (400, 120), 14, (0, 0, 0), 2)
    cv2.rectangle(picture, (500, 100), (528, 128), (0, 0, 0), -1)
    square(picture, 600, size=90)
    assert Drawing(picture, HEIGHT).selections == ()


def test_check_boxes_are_painted_over_before_text_is_read() -> None:
    picture = paper()
    square(picture, 100, crossed=True)
    assert Drawing(picture, HEIGHT).without_selections().min() > 200
    assert picture.min() < 100


def test_finds_a_signature_beside_its_label_and_drops_the_text_read_out_of_it(page_of: Callable[..., Page]) -> None:
    picture = paper()
    points = [[260, 210], [290, 160], [320, 215], [350, 170], [380, 215], [420, 180], [460, 215], [500, 200]]
    cv2.polylines(picture, [np.array(points)], False, (90, 30, 20), 3)
    page = page_of(("Signature:", 100, 190), ("m", 300, 180, 20, 40.0), ("Date:", 600, 190), size=(800, 400))
    signed = Drawing(picture, HEIGHT).onto(page)
    (signature,) = signed.signatures
    assert 255 < signature.box.left < 265
    assert 495 < signature.box.right < 505
    assert 50 < signature.confidence <= 95
    assert [line.text for line in signed.lines] == ["Signature:", "Date:"]


@pytest.mark.parametrize("label", ["Signature:", "Name:"])
def test_no_signature_where_nothing_was_written_or_where_none_belongs(label: str, page_of: Callable[..., Page]) -> None:
    picture = paper()
    cv2.line(picture, (250, 212), (600, 212), (0, 0, 0), 2)
    if label == "Name:":
        cv2.polylines(picture, [np.array([[260, 210], [290, 160], [320, 215], [500, 200]])], False, (90, 30, 20), 3)
    assert Drawing(picture, HEIGHT).onto(page_of((label, 100, 190), size=(800, 400))).signatures == ()


def test_finds_ruled_tables(page_of: Callable[..., Page]) -> None:
    picture = paper()
    for y in (50, 120, 190, 260):
        cv2.line(picture, (100, y), (700, y), (0, 0, 0), 2)
    for x in (100, 300, 700):
        cv2.line(picture, (x, 50), (x, 260), (0, 0, 0), 2)
    (grid,) = Drawing(picture, HEIGHT).onto(page_of(size=(800, 400))).grids
    assert [round(row, -1) for row in grid.rows] == [50, 120, 190, 260]
    assert [round(column, -1) for column in grid.columns] == [100, 300, 700]
    assert grid.confidence > 95
