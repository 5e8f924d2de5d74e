"""Turns pages: text that lies on its side, stands on its head or leans."""

from __future__ import annotations

from statistics import median
from typing import Any

import cv2
import numpy as np

Pixels = np.ndarray[Any, Any]
LONG = 3.0
TALL = 1.5
TIGHT = 0.8


class Upright:
    """The pixels of a page and how they were turned since they left the file."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.size = (pixels.shape[1], pixels.shape[0])
        self.angle = 0.0
        self._forth = np.eye(3)

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height as turned."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def back(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """The affine map to the page in the file."""
        inverse = np.linalg.inv(self._forth)
        first, second = ([float(value) for value in row] for row in inverse[:2])
        return (first[0], first[1], first[2]), (second[0], second[1], second[2])

    def turn(self, degrees: float, quads: Pixels | None = None) -> Pixels:
        """Turns the page counter-clockwise on a sheet that holds all of it, and the corners with it."""
        height, width = self.pixels.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
        size = (round(height * sin + width * cos), round(height * cos + width * sin))
        matrix[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
        self.pixels = cv2.warpAffine(self.pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        self._forth = np.vstack([matrix, [0, 0, 1]]) @ self._forth
        self.angle = (self.angle + degrees) % 360
        return _turned(quads, matrix, abs(degrees) == 180) if quads is not None else np.empty((0, 4, 2), np.float32)


def _turned(quads: Pixels, matrix: Pixels, heads: bool) -> Pixels:
    points = np.concatenate([quads, np.ones((*quads.shape[:2], 1))], axis=2) @ matrix.T
    return np.asarray(points[:, [2, 3, 0, 1]] if heads else points, dtype=np.float32)


def _extents(quads: Pixels) -> list[tuple[float, float, float]]:
    across = quads[:, 1] - quads[:, 0]
    down = quads[:, 3] - quads[:, 0]
    return [
        (float(np.hypot(*a)), float(np.hypot(*d)), float(np.degrees(np.arctan2(a[1], a[0])))) for a, d in zip(across, down, strict=True)
    ]


def sideways(quads: Pixels) -> bool:
    """Tells whether most of the text runs up or down the page."""
    areas = [(width * height, height > TALL * width) for width, height, _ in _extents(quads)]
    return sum(area for area, tall in areas if tall) > sum(area for area, tall in areas if not tall)


def skew(quads: Pixels) -> float:
    """Returns by how many degrees, clockwise positive, the lines lean; the long ones know best."""
    long = sorted((angle, width) for width, height, angle in _extents(quads) if width > LONG * height)
    half = sum(width for _, width in long) / 2
    for angle, width in long:
        half -= width
        if half <= 0:
            return angle
    return 0.0


def text_height(quads: Pixels, page_height: int) -> float:
    """Returns the usual height of a line in pixels, less the margin that detection leaves around it."""
    return TIGHT * median(height for _, height, _ in _extents(quads)) if len(quads) else page_height / 60
