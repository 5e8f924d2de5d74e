"""The page with a table: ruled, with a heading row, a title above and a note below."""

from __future__ import annotations

from PIL import Image

from .canvas import INK, Sheet

ROWS = (
    ("Station", "July", "August", "September", "Total"),
    ("Port Ellery", "48.2", "61.0", "72.4", "181.6"),
    ("Tarnholt", "95.7", "88.3", "120.9", "304.9"),
    ("Ellery Valley", "52.6", "57.1", "69.8", "179.5"),
    ("Saltmarsh Point", "39.4", "44.0", "58.7", "142.1"),
    ("North Fell", "110.3", "102.8", "141.5", "354.6"),
    ("All stations", "346.2", "353.2", "463.3", "1162.7"),
)
LEFTS = (80, 340, 500, 660, 850, 1020)
TOP, ROW_HEIGHT = 210, 62


def draw() -> Image.Image:
    """Returns the page."""
    page = Sheet(1100, 800)
    page.text(80, 110, "Rainfall by station, third quarter 2026", 32, "VeraBd")
    page.text(80, 160, "All amounts in millimetres.", 22)
    bottom = TOP + ROW_HEIGHT * len(ROWS)
    page.draw.rectangle((LEFTS[0], TOP, LEFTS[-1], TOP + ROW_HEIGHT), fill=(226, 232, 238))
    for row in range(len(ROWS) + 1):
        page.line((LEFTS[0], TOP + row * ROW_HEIGHT), (LEFTS[-1], TOP + row * ROW_HEIGHT))
    for x in LEFTS:
        page.line((x, TOP), (x, bottom))
    for row, cells in enumerate(ROWS):
        _cells(page, TOP + row * ROW_HEIGHT + 41, cells, "VeraBd" if row in (0, len(ROWS) - 1) else "Vera")
    page.text(80, bottom + 60, "Source: Tarnholt Observatory, monthly returns.", 20, "VeraIt")
    return page.image.quantize(32)


def _cells(page: Sheet, y: int, cells: tuple[str, ...], face: str) -> None:
    page.text(LEFTS[0] + 18, y, cells[0], 24, face)
    for right, cell in zip(LEFTS[2:], cells[1:], strict=True):
        page.text(right - 18, y, cell, 24, face, INK, anchor="rs")
