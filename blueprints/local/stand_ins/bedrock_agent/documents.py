"""Reads the text of documents, page by page where a format has pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from blueprints.local.stand_ins.textract.documents import pdfium

MAX_BYTES = 52_428_800
"""https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html"""
UNREAD = ("script", "style", "template", "noscript", "head")
LINES: tuple[str, ...] = ("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "footer", "form")
LINES += ("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul")
"""The elements of HTML that begin a new line."""
WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class UnreadableError(ValueError):
    """The document is not what its name says, is broken, protected, or holds no text."""


class IgnoredError(UnreadableError):
    """The document is not even tried."""


@dataclass(frozen=True)
class Page:
    """The text of a page.

    Args:
        text: The text.
        number: The page's number, from 1; ``None`` where the format has no pages.
    """

    text: str
    number: int | None = None


def is_supported(key: str) -> bool:
    """Tells whether there is a reader for an object, by the end of its key."""
    return _ending(key) in READERS


def read(key: str, content: bytes) -> list[Page]:
    """Returns the pages of a document.

    Raises:
        UnreadableError: It can't be read, or there is no text in it.
    """
    try:
        pages = [page for page in READERS[_ending(key)](content) if page.text.strip()]
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError("the file is broken, or is not what its name says") from error
    if not pages:
        raise UnreadableError("no text was found in the file")
    return pages


def _ending(key: str) -> str:
    return key.rpartition(".")[2].lower()


def _plain(content: bytes) -> Iterator[Page]:
    try:
        yield Page(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableError("the file is not encoded in UTF-8") from error


def _html(content: bytes) -> Iterator[Page]:
    parser = _Text()
    for page in _plain(content):
        parser.feed(page.text)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    yield Page("\n".join(line for line in lines if line))


class _Text(HTMLParser):
    """Collects what a browser would show."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._unread += tag in UNREAD
        self.parts.append("\n" if tag in LINES else " " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        self._unread = max(0, self._unread - (tag in UNREAD))
        self.parts.append("\n" if tag in LINES else "")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(" ".join(data.splitlines()))


def _pdf(content: bytes) -> Iterator[Page]:
    import pypdfium2

    with pdfium:
        document = pypdfium2.PdfDocument(content)
        try:
            for number, page in enumerate(document, start=1):
                text: str = page.get_textpage().get_text_range()
                yield Page("\n".join(line.strip() for line in text.splitlines()), number)
        finally:
            document.close()


def _word(content: bytes) -> Iterator[Page]:
    body = _part(zipfile.ZipFile(io.BytesIO(content)), "word/document.xml")
    paragraphs = ("".join(text.text or "" for text in paragraph.iter(f"{WORDS}t")) for paragraph in body.iter(f"{WORDS}p"))
    yield Page("\n".join(paragraph for paragraph in paragraphs if paragraph.strip()))


def _sheet(content: bytes) -> Iterator[Page]:
    """Yields the rows of all sheets, as lines of comma-separated values."""
    package = zipfile.ZipFile(io.BytesIO(content))
    shared: list[str] = []
    if "xl/sharedStrings.xml" in package.namelist():
        items = _part(package, "xl/sharedStrings.xml").iter(f"{SHEETS}si")
        shared = ["".join(text.text or "" for text in item.iter(f"{SHEETS}t")) for item in items]
    names = sorted(name for name in package.namelist() if name.startswith("xl/worksheets/sheet"))
    rows = [row for name in names for row in _part(package, name).iter(f"{SHEETS}row")]
    yield Page("\n".join(",".join(_cell(cell, shared) for cell in row.iter(f"{SHEETS}c")) for row in rows))


def _cell(cell: Any, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{SHEETS}t"))
    value: str = cell.findtext(f"{SHEETS}v") or ""
    return shared[int(value)] if cell.get("t") == "s" and value else value


def _part(package: zipfile.ZipFile, name: str) -> Any:
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    return fromstring(package.read(name))


READERS: Mapping[str, Callable[[bytes], Iterator[Page]]] = {
    "csv": _plain,
    "docx": _word,
    "htm": _html,
    "html": _html,
    "md": _plain,
    "pdf": _pdf,
    "txt": _plain,
    "xlsx": _sheet,
}
"""What reads the formats of https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-ds.html, but for the old binary ones."""
