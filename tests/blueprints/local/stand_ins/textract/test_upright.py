"""Pages are turned upright, and every point finds its way back."""

from __future__ import annotations

import numpy as np
import pytest

from blueprints.local.stand_ins.textract import upright
from blueprints.local.stand_ins.textract.upright import Upright


def quad(left: float, top: float, width: float, height: float, degrees: float = 0.0) -> list[list[float]]:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
    angle = np.radians(degrees)
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [[left + x, top + y] for x, y in turned.tolist()]


def quads(*each: list[list[float]]) -> np.ndarray:
    return np.array(each, dtype=np.float32)


def test_mostly_tall_boxes_lie_sideways() -> None:
    assert upright.sideways(quads(quad(0, 0, 20, 300), quad(50, 0, 20, 200), quad(0, 400, 60, 20)))
    assert not upright.sideways(quads(quad(0, 0, 300, 20), quad(50, 0, 10, 20)))


def test_the_longest_lines_tell_the_skew() -> None:
    lines = quads(quad(0, 0, 80, 20), quad(0, 50, 90, 20), quad(0, 100, 700, 20, 1.5), quad(0, 200, 700, 20, 1.5))
    assert upright.skew(lines) == pytest.approx(1.5, abs=0.01)
    assert upright.skew(quads(quad(0, 0, 20, 20))) == 0.0


def test_text_height_is_the_usual_one_less_a_margin() -> None:
    assert upright.text_height(quads(quad(0, 0, 100, 20), quad(0, 0, 100, 30), quad(0, 0, 100, 90)), 1000) == pytest.approx(24)
    assert upright.text_height(np.empty((0, 4, 2)), 600) == 10


@pytest.mark.parametrize(("degrees", "size"), [(90, (60, 100)), (180, (100, 60)), (30, (117, 102))])
def test_a_turned_page_is_large_enough_and_knows_the_way_back(degrees: float, size: tuple[int, int]) -> None:
    sheet = Upright(np.zeros((60, 100, 3), np.uint8))
    turned = sheet.turn(degrees, quads(quad(10, 20, 40, 5)))
    assert sheet.upright_size == pytest.approx(size, abs=1)
    assert sheet.angle == degrees
    back = np.array(sheet.back) @ np.append(turned[0][0 if degrees != 180 else 2], 1)
    assert back.tolist() == pytest.approx([10, 20], abs=0.01)


def test_corners_of_a_page_on_its_head_begin_at_the_new_upper_left() -> None:
    turned = Upright(np.zeros((60, 100, 3), np.uint8)).turn(180, quads(quad(10, 20, 40, 5)))
    assert turned[0][0].tolist() == pytest.approx([50, 35])
