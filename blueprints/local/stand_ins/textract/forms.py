"""Fields of forms: which value belongs to which label, by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.labels import SIGN_HERE, is_label_above
from blueprints.local.stand_ins.textract.pages import Line, Page, Selection, Signature, in_rows
from blueprints.local.stand_ins.textract.tables import in_tables, tables

INLINE, RIGHT, BELOW, TWO_COLUMNS, UNLABELLED, EMPTY = 0.98, 0.97, 0.92, 0.9, 0.88, 0.8
LABEL_WORDS = 5
FAR = 0.45
NEXT_LINE = 1.5


@dataclass(frozen=True)
class Field:
    """A label and its value: words, a check box, a signature, or nothing."""

    key: Line
    value: Line | None
    confidence: float
    selection: Selection | None = None
    signature: Signature | None = None


def fields(page: Page) -> list[Field]:
    """Returns the page's fields from top to bottom."""
    return sorted(_Reader(page).fields(), key=lambda each: (each.key.box.top, each.key.box.left))


def add_forms(blocks: Blocks, *, signatures: bool = False) -> None:
    """Adds a ``KEY_VALUE_SET`` block for each label and one for its value."""
    for field in fields(blocks.page):
        parts = [*(field.value.words if field.value else ()), *([field.selection] if field.selection else ())]
        parts += [field.signature] if field.signature and signatures else []
        box = field.value.box if field.value else parts[0].box if parts else field.key.box
        value = blocks.add("KEY_VALUE_SET", box, field.confidence, children=parts, EntityTypes=["VALUE"])
        key = blocks.add("KEY_VALUE_SET", field.key.box, field.confidence, children=field.key.words, EntityTypes=["KEY"])
        blocks.relate(key, "VALUE", [value])


def labelled(line: Line) -> int:
    """Returns how many of the line's first words are its label, up to a colon; 0 for none."""
    for place, word in enumerate(line.words[:LABEL_WORDS], start=1):
        if word.text.endswith(":"):
            return place if re.search(r"[^\W\d]", line.words[0].text) else 0
    return 0


class _Reader:
    """Takes each line of a page for one field at most."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._height = page.text_height
        found = tables(page)
        self._rows = [[line for line in row if not in_tables(line, found)] for row in in_rows(page.lines)]
        self._lines = [line for row in self._rows for line in row]
        self._taken: set[Line] = set()

    def fields(self) -> Iterator[Field]:
        yield from self._choices()
        for line in self._lines:
            if line not in self._taken and (words := labelled(line)):
                yield self._field(line, words)
        for find in (self._above, self._columns):
            yield from find()

    def _choices(self) -> Iterator[Field]:
        for selection in self._page.selections:
            row = [line for line in self._lines if line.box.beside(selection.box)]
            near = 2.5 * selection.box.width
            after = [line for line in row if 0 <= line.box.left - selection.box.right < near]
            before = [line for line in row if 0 <= selection.box.left - line.box.right < near]
            option = min(after, key=lambda line: line.box.left, default=None) or max(before, key=lambda line: line.box.right, default=None)
            if option:
                asked = [
                    line
                    for line in row
                    if labelled(line) == len(line.words) and line.box.right <= selection.box.left and line is not option
                ]
                self._taken.update((option, *asked))
                key = Line((*(asked[-1].words if asked else ()), *option.words))
                yield Field(key, None, min(selection.confidence, key.confidence), selection=selection)

    def _field(self, line: Line, words: int) -> Field:
        self._taken.add(line)
        if words < len(line.words):
            key, value = line.split(words)
            return _made(key, value, INLINE)
        signature = self._signed(line)
        if signature:
            return Field(line, None, min(line.confidence, signature.confidence), signature=signature)
        first = self._right_of(line)
        how = RIGHT if first else BELOW
        first = first or self._below(line, line)
        return _made(line, self._continued(first, how), how) if first else Field(line, None, line.confidence * EMPTY)

    def _signed(self, label: Line) -> Signature | None:
        return next(iter(self._page.signatures), None) if SIGN_HERE.search(label.text) else None

    def _right_of(self, label: Line) -> Line | None:
        after = [line for line in self._lines if line.box.beside(label.box) and line.box.left > label.box.right - self._height]
        nearest = min(after, key=lambda line: line.box.left, default=None)
        if nearest is None or self._unfit(nearest) or nearest.box.left - label.box.right > FAR * self._page.upright[0]:
            return None
        return nearest

    def _below(self, label: Line, last: Line) -> Line | None:
        """Returns the line under ``last`` that begins where ``label`` does."""
        under = [
            line
            for line in self._lines
            if abs(line.box.left - label.box.left) < self._height and 0 < line.box.top - last.box.bottom < NEXT_LINE * self._height
        ]
        nearest = min(under, key=lambda line: line.box.top, default=None)
        return None if nearest is None or self._unfit(nearest) else nearest

    def _continued(self, first: Line, how: float) -> Line:
        """Adds the lines under a value that go on with it: no other label stands on their row."""
        lines = [first]
        while following := self._below(first, lines[-1]):
            left = (line for line in self._lines if line.box.beside(following.box) and line.box.right <= following.box.left)
            if following in lines or (how == RIGHT and any(labelled(line) for line in left)):
                break
            lines.append(following)
        self._taken.update(lines)
        return Line(tuple(word for line in lines for word in line.words))

    def _unfit(self, line: Line) -> bool:
        return line in self._taken or labelled(line) > 0

    def _above(self) -> Iterator[Field]:
        for line in self._lines:
            if line not in self._taken and is_label_above(line.text) and not self._answered(line):
                value = self._below(line, line)
                if value and not is_label_above(value.text):
                    self._taken.update((line, value))
                    yield _made(line, value, UNLABELLED)

    def _answered(self, label: Line) -> bool:
        row = next(row for row in self._rows if label in row)
        return len(row) == 2 and row[0] is label and not is_label_above(row[1].text) and bool(re.search(r"\d", row[1].text))

    def _columns(self) -> Iterator[Field]:
        """Takes rows of two lines far apart, the right one with figures."""
        for row in self._rows:
            left, right = row if len(row) == 2 else (None, None)
            if left and right and not {left, right} & self._taken and self._apart(left, right):
                self._taken.update((left, right))
                yield _made(left, right, TWO_COLUMNS)

    def _apart(self, left: Line, right: Line) -> bool:
        gap = right.box.left - left.box.right
        return gap > 2 * self._height and bool(re.search(r"\d", right.text)) and bool(re.match(r"[^\W\d]", left.text))


def _made(key: Line, value: Line, how: float) -> Field:
    return Field(key, value, min(key.confidence, value.confidence) * how)
