"""What the drawn documents share: a page to write on, fonts, and what a scanner does to a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path(reportlab.__file__).parent / "fonts"
INK = (28, 28, 32)
PEN = (22, 38, 110)
Point = tuple[float, float]


def font(size: int, face: str = "Vera") -> ImageFont.FreeTypeFont:
    """Returns one of the faces that come with reportlab: Vera, VeraBd, VeraIt or VeraBI."""
    return ImageFont.truetype(str(FONTS / f"{face}.ttf"), size)


class Sheet:
    """A page to write on, in pixels from its upper left corner."""

    def __init__(self, width: int, height: int, paper: tuple[int, int, int] = (255, 255, 255)) -> None:
        self.paper = paper
        self.image = Image.new("RGB", (width, height), paper)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self, x: float, y: float, text: str, size: int = 22, face: str = "Vera", ink: tuple[int, int, int] = INK, anchor: str = "ls"
    ) -> None:
        """Writes ``text`` with its baseline at ``y``."""
        self.draw.text((x, y), text, fill=ink, font=font(size, face), anchor=anchor)

    def line(self, *points: Point, width: int = 2, ink: tuple[int, int, int] = INK) -> None:
        """Draws straight lines from point to point."""
        self.draw.line(points, fill=ink, width=width, joint="curve")

    def check_box(self, x: float, y: float, label: str, *, checked: bool, size: int = 26) -> None:
        """Draws a box whose lower edge is at ``y``, its label beside it, and a cross made by hand where it is checked."""
        self.draw.rectangle((x, y - size, x + size, y), outline=INK, width=2)
        if checked:
            self.line((x + 4, y - size + 5), (x + size - 4, y - 4), width=4, ink=PEN)
            self.line((x + size - 5, y - size + 3), (x + 5, y - 5), width=4, ink=PEN)
        self.text(x + size + 12, y - 3, label)

    def smudge(self, box: tuple[int, int, int, int], *, blur: float, fade: float) -> None:
        """Blurs the region, fades it towards the paper (0 leaves the ink as it is, 1 leaves none) and lets rows of it drop out."""
        left, top, right, bottom = box
        region = self.image.crop(box).filter(ImageFilter.GaussianBlur(blur))
        paper = Image.new("RGB", region.size, self.paper)
        self.image.paste(Image.blend(region, paper, fade), (left, top))
        for y in range(top + 14, bottom, 7):
            self.line((left, y), (right, y), ink=self.paper)


def curve(points: list[Point], steps: int = 24) -> list[Point]:
    """Returns a smooth line through the points (Catmull-Rom)."""
    ends = [points[0], *points, points[-1]]
    line: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(steps):
            t = step / steps
            line.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return [*line, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def scanned(
    image: Image.Image, *, seed: int, degrees: float = 0.0, blur: float = 0.6, noise: float = 4.0, shade: float = 14.0
) -> Image.Image:
    """Returns the page as a scanner would see it: a little turned, soft, unevenly lit and grainy."""
    paper = image.getpixel((2, 2))
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=paper).filter(ImageFilter.GaussianBlur(blur))
    pixels = np.asarray(turned, dtype=np.float64)
    height, width = pixels.shape[:2]
    light = np.linspace(0, -shade, width)[None, :] + np.linspace(0, -shade / 2, height)[:, None]
    grain = np.random.default_rng(seed).normal(0, noise, (height, width))
    return Image.fromarray(np.clip(pixels + (light + grain)[..., None], 0, 255).astype(np.uint8))
