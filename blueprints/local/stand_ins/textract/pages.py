"""What was found on a page, before it takes the shape of any answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import fmean, median
from typing import Any

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the page turned upright."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """The extent from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """The extent from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """The pixels covered."""
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def middle(self) -> float:
        """The height at which the box's middle lies."""
        return (self.top + self.bottom) / 2

    def shared(self, other: Box) -> float:
        """Returns which part of this box lies in the other one, 0 to 1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height) / self.area if self.area else 0.0

    def beside(self, other: Box) -> bool:
        """Tells whether both stand on one row: the lower half of neither is above or below the other."""
        return min(self.bottom, other.bottom) - max(self.top, other.top) > 0.5 * min(self.height, other.height)

    def contains(self, x: float, y: float) -> bool:
        """Tells whether the point lies in the box."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """Returns the smallest box around all of them."""
        every = list(boxes)
        return cls(min(b.left for b in every), min(b.top for b in every), max(b.right for b in every), max(b.bottom for b in every))


@dataclass(frozen=True)
class Word:
    """Signs without a gap between them; ``confidence`` from 0 to 100."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class Line:
    """Words that stand close to each other on one row."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with a space between them."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """The mean of the words', weighted by their length."""
        return sum(word.confidence * len(word.text) for word in self.words) / sum(len(word.text) for word in self.words)

    @property
    def box(self) -> Box:
        """The box around the words."""
        return Box.around(word.box for word in self.words)

    def split(self, words: int) -> tuple[Line, Line]:
        """Returns the first ``words`` words, and the rest."""
        return Line(self.words[:words]), Line(self.words[words:])


@dataclass(frozen=True)
class Selection:
    """A check box or an option button."""

    box: Box
    selected: bool
    confidence: float


@dataclass(frozen=True)
class Signature:
    """Ink by hand where a signature belongs."""

    box: Box
    confidence: float


@dataclass(frozen=True)
class Grid:
    """Ruled lines that cross: ``rows`` and ``columns`` are where they lie, ``confidence`` how much of them is drawn."""

    rows: tuple[float, ...]
    columns: tuple[float, ...]
    confidence: float
    ruled: bool = True

    @property
    def box(self) -> Box:
        """The box around the outermost lines."""
        return Box(self.columns[0], self.rows[0], self.columns[-1], self.rows[-1])


@dataclass(frozen=True)
class Page:
    """A page turned upright, and the way back to the pixels of the file.

    Args:
        size: Width and height of the page as it is in the file.
        back: The affine map (two rows of three) from the upright page to the page in the file.
        angle: Degrees by which the text is turned in the file, clockwise positive.
        upright: Width and height of the upright page.
    """

    size: tuple[int, int]
    back: tuple[tuple[float, float, float], tuple[float, float, float]]
    angle: float
    upright: tuple[int, int]
    lines: tuple[Line, ...] = ()
    grids: tuple[Grid, ...] = ()
    selections: tuple[Selection, ...] = ()
    signatures: tuple[Signature, ...] = ()
    number: int = field(default=1)

    @property
    def box(self) -> Box:
        """The whole upright page."""
        return Box(0, 0, *self.upright)

    @cached_property
    def text_height(self) -> float:
        """The usual height of a line in pixels."""
        return median(line.box.height for line in self.lines) if self.lines else self.upright[1] / 60

    @property
    def confidence(self) -> float:
        """The mean of the lines' confidences; 0 for an empty page."""
        return fmean(line.confidence for line in self.lines) if self.lines else 0.0

    def numbered(self, number: int) -> Page:
        """Returns the page as the given one of its document, from 1."""
        return replace(self, number=number)

    def geometry(self, box: Box) -> dict[str, Any]:
        """Returns Textract's ``Geometry``: shares of the page's width and height in the file."""
        corners = [
            self._in_file(x, y) for x, y in ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        ]
        left, top = (min(corner[axis] for corner in corners) for axis in (0, 1))
        right, bottom = (max(corner[axis] for corner in corners) for axis in (0, 1))
        return {
            "BoundingBox": {"Width": right - left, "Height": bottom - top, "Left": left, "Top": top},
            "Polygon": [{"X": x, "Y": y} for x, y in corners],
            "RotationAngle": self.angle,
        }

    def _in_file(self, x: float, y: float) -> Point:
        (a, b, c), (d, e, f) = self.back
        inside = ((a * x + b * y + c) / self.size[0], (d * x + e * y + f) / self.size[1])
        return min(max(inside[0], 0.0), 1.0), min(max(inside[1], 0.0), 1.0)


def in_rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Returns the lines by rows from top to bottom, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: each.box.middle):
        if rows and rows[-1][-1].box.beside(line.box) and rows[-1][0].box.beside(line.box):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda each: each.box.left) for row in rows]
