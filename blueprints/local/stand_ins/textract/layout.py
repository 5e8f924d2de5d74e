"""Layout: titles, paragraphs, lists, headers and footers, by size and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.forms import fields
from blueprints.local.stand_ins.textract.pages import Box, Line, Page, in_rows
from blueprints.local.stand_ins.textract.tables import in_tables, tables

PAGE_NUMBER = re.compile(r"^(page\s*)?\d{1,4}(\s*(of|/)\s*\d{1,4})?$", re.IGNORECASE)
BULLET = re.compile(r"^([•·▪*\u2013-]|\d{1,2}[.)])\s*\S")
TITLE, HEADING = 1.7, 1.45
HEADING_SIGNS = 60
BESIDE, BELOW = 10.0, 1.8
EDGE = 0.07
SURE = 0.9


@dataclass(frozen=True)
class Region:
    """Lines that belong together, and what they are."""

    kind: str
    lines: tuple[Line, ...]

    @property
    def box(self) -> Box:
        """The box around the lines."""
        return Box.around(line.box for line in self.lines)

    @property
    def confidence(self) -> float:
        """The lines' mean confidence, less a little: the kind is judged by size and place alone."""
        return SURE * fmean(line.confidence for line in self.lines)


def regions(page: Page) -> list[Region]:
    """Returns the regions from top to bottom."""
    found = tables(page)
    grouped = [tuple(line for row in in_rows(page.lines) for line in row if in_tables(line, [table])) for table in found]
    whole = [Region("LAYOUT_TABLE", lines) for lines in grouped if lines]
    pairs = _fields(page)
    paired = {line for pair in pairs for line in pair.lines}
    rest = [Region("", (line,)) for row in in_rows(page.lines) for line in row if not in_tables(line, found) and line not in paired]
    parts = [*whole, *_runs(pairs, "LAYOUT_KEY_VALUE", page), *_rest(rest, page)]
    return sorted(parts, key=lambda region: (round(region.box.top), region.box.left))


def add_layout(blocks: Blocks) -> None:
    """Adds a ``LAYOUT_…`` block for each region; a list holds one text a point."""
    for region in regions(blocks.page):
        children: list[object] = list(region.lines)
        if region.kind == "LAYOUT_LIST":
            children = [
                blocks.add("LAYOUT_TEXT", line.box, SURE * line.confidence, children=[line], on_page=False) for line in region.lines
            ]
        blocks.add(region.kind, region.box, region.confidence, children=children)


def _fields(page: Page) -> list[Region]:
    """Returns for each field the lines that it was read from, each line once."""
    lines_of = {word: line for line in page.lines for word in line.words}
    taken: set[Line] = set()
    found = []
    for field in fields(page):
        lines = dict.fromkeys(lines_of[word] for part in (field.key, field.value) if part for word in part.words)
        own = tuple(line for line in lines if line not in taken)
        taken.update(own)
        if own:
            found.append(Region("", own))
    return found


def _rest(parts: list[Region], page: Page) -> Iterator[Region]:
    plain: list[Region] = []
    for part in parts:
        kind = _single(part.lines[0], page)
        if kind:
            yield Region(kind, part.lines)
        else:
            plain.append(part)
    yield from _runs([part for part in plain if BULLET.match(part.lines[0].text)], "LAYOUT_LIST", page)
    yield from _runs([part for part in plain if not BULLET.match(part.lines[0].text)], "LAYOUT_TEXT", page)


def _single(line: Line, page: Page) -> str | None:
    at_edge = line.box.bottom < EDGE * page.upright[1] or line.box.top > (1 - EDGE) * page.upright[1]
    if at_edge and PAGE_NUMBER.match(line.text):
        return "LAYOUT_PAGE_NUMBER"
    if line.box.height > TITLE * page.text_height and line.box.top < page.upright[1] / 4:
        return "LAYOUT_TITLE"
    if line.box.height > HEADING * page.text_height and len(line.text) < HEADING_SIGNS:
        return "LAYOUT_SECTION_HEADER"
    if at_edge:
        return "LAYOUT_HEADER" if line.box.top < page.upright[1] / 2 else "LAYOUT_FOOTER"
    return None


def _runs(parts: list[Region], kind: str, page: Page) -> Iterator[Region]:
    """Joins parts that follow each other closely and overlap in width."""
    groups: list[list[Region]] = []
    for part in parts:
        near = [group for group in groups if _follows(Box.around(each.box for each in group), part.box, page.text_height)]
        if near:
            near[-1].append(part)
        else:
            groups.append([part])
    for group in groups:
        yield Region(kind, tuple(line for part in group for line in part.lines))


def _follows(group: Box, box: Box, text_height: float) -> bool:
    overlaps = min(group.right, box.right) - max(group.left, box.left) > 0
    beside = box.beside(group) and min(abs(box.left - group.right), abs(group.left - box.right)) < BESIDE * text_height
    return beside or (overlaps and box.top - group.bottom < BELOW * text_height)
