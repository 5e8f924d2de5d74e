"""The sentences of a text, each with the heading, question or table header that it stands under."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

ABBREVIATIONS = "Mr|Mrs|Ms|Dr|Prof|St|No|Nos|Fig|Art|Sec|Ch|p|pp|vs|approx|ca|e\\.g|i\\.e|[A-Z]"
END = re.compile(r"[.!?][\"')\]\u201d\u2019]*(?=\s+[\"'(\[\u201c\u2018]?[A-Z0-9])")
ABBREVIATED = re.compile(rf"(?:^|[\s(\"'])(?:{ABBREVIATIONS})\.$")
HEADING = re.compile(r"#{1,6}\s+(.+)")
ITEM = re.compile(r"(?:[-*\u2022\u25aa]|\d{1,3}[.)]|[a-z][.)])\s+(.+)")
NUMBERING = re.compile(r"\d{1,3}[.)]\s+")
RULE_ROW = re.compile(r"[|\s:+-]*-{2,}[|\s:+-]*")
CLOSING = (".", "!", "?", ":", ";", ",", "\u2026")
MOST_HEADING_WORDS = 9
LEAST_FIELDS = 3


@dataclass(frozen=True)
class Sentence:
    """A sentence, heading, list item or table row.

    Args:
        text: Its words; of a table row the cells with the names of their columns.
        context: What it stands under; empty without.
        stated: Whether it says something; headings, questions and what the text begins or ends in the middle of say nothing.
    """

    text: str
    context: str = ""
    stated: bool = True

    @property
    def in_context(self) -> str:
        """Its words after those that it stands under."""
        return f"{self.context}: {self.text}" if self.context else self.text


@dataclass
class _Reader:
    """Collects lines into sentences."""

    found: list[Sentence] = field(default_factory=list)
    context: str = ""
    lines: list[str] = field(default_factory=list)
    columns: tuple[str, ...] | None = None
    ends_in_prose: bool = False

    def close(self, *, prose: bool = True) -> None:
        paragraph, self.lines = " ".join(self.lines), []
        for text in _split(paragraph):
            leads = text.endswith(("?", ":"))
            self.found.append(Sentence(text, self.context, stated=not leads))
            self.context = text.rstrip(":") if leads else self.context
            self.ends_in_prose = prose

    def title(self, text: str) -> None:
        self.close()
        self.context = text
        self.found.append(Sentence(text, stated=False))
        self.ends_in_prose = False

    def row(self, cells: tuple[str, ...]) -> None:
        self.close()
        heads = self.columns is None and not any(sign.isdigit() for cell in cells for sign in cell)
        if self.columns is None:
            self.columns = cells if heads else ("",) * len(cells)
        named = [f"{column}: {cell}" if column and not heads else cell for column, cell in zip(self.columns, cells, strict=False) if cell]
        self.found.append(Sentence("; ".join(named), self.context, stated=not heads))
        self.ends_in_prose = False


def sentences(text: str) -> list[Sentence]:
    """Returns the sentences of a text in order."""
    reader = _Reader()
    lines = [line.strip() for line in text.splitlines()]
    for place, line in enumerate(lines):
        _read(reader, lines, place, line)
    reader.close(prose=not _is_item(lines))
    return list(_whole(reader.found, ends_in_prose=reader.ends_in_prose))


def _is_item(lines: list[str]) -> bool:
    return bool(lines) and bool(ITEM.fullmatch(lines[-1]))


def _read(reader: _Reader, lines: list[str], place: int, line: str) -> None:
    before, after = (lines[place - 1] if place else ""), (lines[place + 1] if place + 1 < len(lines) else "")
    if RULE_ROW.fullmatch(line):
        return
    if not line:
        reader.close()
        reader.columns = None
    elif match := HEADING.fullmatch(line):
        reader.title(match[1])
    elif cells := _cells(line, before, after):
        reader.row(cells)
    elif _is_heading(line, "" if before == reader.context else before, after):
        reader.title(line)
    else:
        if match := ITEM.fullmatch(line):
            reader.close()
        reader.lines.append(match[1] if match else line)


def _cells(line: str, before: str, after: str) -> tuple[str, ...]:
    """Returns the cells of a table's row, in Markdown or with commas; none for other lines."""
    if line.startswith("|"):
        return tuple(cell.strip() for cell in line.strip("|").split("|"))
    fields = _fields(line)
    neighbours = [_fields(other) for other in (before, after) if other]
    return fields if len(fields) >= LEAST_FIELDS and any(len(other) == len(fields) for other in neighbours) else ()


def _fields(line: str) -> tuple[str, ...]:
    """Returns what commas part; a comma of a sentence has a space after it."""
    if ", " in re.sub(r'"[^"]*"', "", line) or "," not in line:
        return ()
    return tuple(cell.strip() for cell in next(csv.reader([line])))


def _is_heading(line: str, before: str, after: str) -> bool:
    begins = not before or before.endswith((".", "!", "?"))
    goes_on = after[:1].islower() or bool(END.search(NUMBERING.sub("", line)))
    return begins and not goes_on and bool(after or not before) and not line.endswith(CLOSING) and len(line.split()) <= MOST_HEADING_WORDS


def _split(paragraph: str) -> Iterator[str]:
    begin = 0
    for match in END.finditer(paragraph):
        if not ABBREVIATED.search(paragraph[begin : match.end()]):
            yield paragraph[begin : match.end()].strip()
            begin = match.end()
    if rest := paragraph[begin:].strip():
        yield rest


def _whole(found: list[Sentence], *, ends_in_prose: bool) -> Iterator[Sentence]:
    """Marks a first sentence that begins, and a last one that ends, in the middle."""
    for place, sentence in enumerate(found):
        begins = place > 0 or not sentence.text[:1].islower()
        ends = place + 1 < len(found) or place == 0 or not ends_in_prose or not sentence.text[-1].isalnum()
        yield replace(sentence, stated=sentence.stated and begins and ends)
