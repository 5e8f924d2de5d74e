"""What is drawn and not written: ruled lines, check boxes, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from blueprints.local.stand_ins.textract.grids import ruled_grids
from blueprints.local.stand_ins.textract.labels import SIGN_HERE
from blueprints.local.stand_ins.textract.pages import Box, Line, Page, Selection, Signature

Pixels = np.ndarray[Any, Any]
BOX_SIDES = (0.6, 1.8)
SQUARE = 0.75
BORDER_DRAWN = 0.88
CROSSED = 0.10
FILLED = 0.9
CLUTTERED = 0.2
DOUBTFUL = 85.0


class Drawing:
    """The ink of an upright page.

    Args:
        pixels: The page.
        text_height: The usual height of a line of text in pixels.
    """

    def __init__(self, pixels: Pixels, text_height: float) -> None:
        self._pixels = pixels
        self._text_height = text_height
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
        self._ink = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 14)

    @cached_property
    def selections(self) -> tuple[Selection, ...]:
        """The check boxes, from top to bottom."""
        return tuple(_selections(self._ink, self._text_height))

    def without_selections(self) -> Pixels:
        """Returns the page with its check boxes painted over, so that no text is read out of them."""
        painted = self._pixels.copy()
        for box in (selection.box for selection in self.selections):
            left, top, right, bottom = (round(value) for value in (box.left - 3, box.top - 3, box.right + 3, box.bottom + 3))
            left, top = max(0, left), max(0, top)
            painted[top:bottom, left:right] = np.percentile(painted[top:bottom, left:right], 90, axis=(0, 1))
        return painted

    def onto(self, page: Page) -> Page:
        """Returns the page with what is drawn on it, and without text that was read out of a signature."""
        across, down = self._rules
        signatures = tuple(_signatures(self._ink & ~(_thick(across) | _thick(down)), page))
        lines = tuple(line for line in page.lines if not _read_out_of(line, signatures))
        grids = tuple(ruled_grids(across, down, self._text_height))
        return replace(page, lines=lines, grids=grids, selections=self.selections, signatures=signatures)

    @cached_property
    def _rules(self) -> tuple[Pixels, Pixels]:
        length = max(20, round(1.8 * self._text_height))
        across = cv2.morphologyEx(self._ink, cv2.MORPH_OPEN, np.ones((1, 2 * length), np.uint8))
        down = cv2.morphologyEx(self._ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
        return across, down


def _read_out_of(line: Line, signatures: tuple[Signature, ...]) -> bool:
    return line.confidence < DOUBTFUL and any(line.box.shared(signature.box) > 0.6 for signature in signatures)


def _thick(rules: Pixels) -> Pixels:
    return np.asarray(cv2.dilate(rules, np.ones((5, 5), np.uint8)))


def _selections(ink: Pixels, text_height: float) -> Iterator[Selection]:
    low, high = (factor * text_height for factor in BOX_SIDES)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    found: list[Selection] = []
    for outline in cv2.findContours(closed, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]:
        x, y, width, height = cv2.boundingRect(outline)
        if low <= min(width, height) and max(width, height) <= high and min(width, height) >= SQUARE * max(width, height):
            box = Box(x, y, x + width, y + height)
            selection = _selection(closed[y : y + height, x : x + width], box) if _alone(closed, box) else None
            if selection and not any(selection.box.shared(other.box) > 0.3 for other in found):
                found.append(selection)
    yield from sorted(found, key=lambda each: (each.box.top, each.box.left))


def _alone(ink: Pixels, box: Box) -> bool:
    """Tells whether there is paper around the box: letters have neighbours."""
    gap = max(3, round(0.2 * box.height))
    top, left = round(box.top), round(box.left)
    around = ink[max(0, top - gap) : round(box.bottom) + gap, max(0, left - gap) : round(box.right) + gap]
    inside = ink[top : round(box.bottom), left : round(box.right)]
    return float(around.sum() - inside.sum()) < CLUTTERED * (around.size - inside.size)


def _selection(ink: Pixels, box: Box) -> Selection | None:
    """Judges a square: its sides must be straight and meet in the corners; ink inside them makes it selected."""
    edge = max(2, round(0.15 * min(ink.shape)))
    sides = (ink[:edge].mean(axis=1), ink[-edge:].mean(axis=1), ink[:, :edge].mean(axis=0), ink[:, -edge:].mean(axis=0))
    corners = (
        ink[rows, columns].any() for rows in (slice(0, edge), slice(-edge, None)) for columns in (slice(0, edge), slice(-edge, None))
    )
    drawn = min(float(side.max()) for side in sides)
    inside = float(ink[2 * edge : -2 * edge, 2 * edge : -2 * edge].mean())
    if drawn < BORDER_DRAWN or inside > FILLED or not all(corners):
        return None
    return Selection(box, inside > CROSSED, 100 * min(drawn, 0.5 + min(0.49, 4 * abs(inside - CROSSED))))


def _signatures(ink: Pixels, page: Page) -> Iterator[Signature]:
    for line in page.lines:
        if SIGN_HERE.search(line.text) and len(line.text) < 40:
            signature = _signature(ink, page, line)
            if signature:
                yield signature


def _signature(ink: Pixels, page: Page, label: Line) -> Signature | None:
    """Looks right of the label and above it, where no text was read with confidence."""
    height = label.box.height
    written = [line.box for line in page.lines if line is not label and (line.confidence >= DOUBTFUL or len(line.text) > 12)]
    row = [box.left for box in written if box.left > label.box.right and box.beside(label.box)]
    right = Box(label.box.right + 0.3 * height, label.box.top - 2.5 * height, min([*row, page.upright[0]]), label.box.bottom + 0.8 * height)
    above = Box(label.box.left - height, label.box.top - 4 * height, label.box.right + 8 * height, label.box.top)
    found = [each for each in (_strokes(ink, region, [*written, label.box], height) for region in (right, above)) if each]
    return max(found, key=lambda each: each.confidence, default=None)


def _strokes(ink: Pixels, region: Box, written: list[Box], height: float) -> Signature | None:
    """Returns the long strokes of a region, if they are as wide and as high as a signature."""
    left, top = max(0, round(region.left)), max(0, round(region.top))
    part = ink[top : round(region.bottom), left : round(region.right)].copy()
    for box in written:
        part[
            max(0, round(box.top) - top) : max(0, round(box.bottom) - top), max(0, round(box.left) - left) : max(0, round(box.right) - left)
        ] = 0
    if not part.size:
        return None
    stats = cv2.connectedComponentsWithStats(part, connectivity=8)[2][1:].tolist()
    strokes = [
        Box(left + x, top + y, left + x + w, top + y + h) for x, y, w, h, area in stats if area >= height and max(w, h) > 0.6 * height
    ]
    longest = max((stroke.width for stroke in strokes), default=0.0)
    if longest < 1.5 * height:
        return None
    box = Box.around(strokes)
    if box.height < 0.7 * height or box.width < 2 * height:
        return None
    return Signature(box, min(95.0, 50 + 4 * box.width / height + 2 * longest / height))
