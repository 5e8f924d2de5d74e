"""Text is really read, and each page once."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.textract.documents import Document
from blueprints.local.stand_ins.textract.pages import Page
from blueprints.local.stand_ins.textract.recognition import Recogniser


def drawn(*lines: str, size: tuple[int, int] = (640, 200)) -> bytes:
    image = Image.new("RGB", size, "white")
    for place, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 30 + 60 * place), line, fill="black", font=ImageFont.load_default(34))
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


@pytest.fixture(scope="module")
def reader() -> Recogniser:
    return Recogniser(threads=1, pages_kept=2)


def test_reads_what_was_drawn_a_moment_ago(reader: Recogniser) -> None:
    (page,) = reader.pages(Document.of(drawn("Order 58213", "quick zebra"), asynchronous=False))
    assert [line.text for line in page.lines] in (["Order 58213", "quick zebra"], ["quick zebra", "Order 58213"])
    first = min(page.lines, key=lambda line: line.box.top)
    assert [word.text for word in first.words] == ["Order", "58213"]
    assert first.words[0].box.left == pytest.approx(40, abs=6)
    assert first.words[0].box.right < first.words[1].box.left
    assert all(80 < word.confidence <= 100 for word in first.words)


def test_an_empty_page_has_no_lines(reader: Recogniser) -> None:
    (page,) = reader.pages(Document.of(drawn(), asynchronous=False))
    assert (page.lines, page.grids, page.confidence) == ((), (), 0.0)


def test_reads_each_page_once_while_it_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, read = Recogniser(pages_kept=2), []
    blank = Page((1, 1), ((1, 0, 0), (0, 1, 0)), 0.0, (1, 1))
    monkeypatch.setattr(reader, "_page", lambda picture: read.append(picture.size) or blank)
    contents = [drawn(size=(width, 10)) for width in (10, 20, 30)]
    for content in (contents[0], contents[0], contents[1], contents[2], contents[2], contents[0]):
        list(reader.pages(Document.of(content, asynchronous=False)))
    assert read == [(10, 10), (20, 10), (30, 10), (10, 10)]


def test_numbers_the_pages(read: Callable[[str], list[Page]]) -> None:
    assert [page.number for page in read("invoice.pdf")] == [1, 2]


def test_refuses_a_second_page_where_one_is_allowed(recogniser: Recogniser, sample: Callable[[str], bytes]) -> None:
    with pytest.raises(StandInError, match="UnsupportedDocumentException"):
        next(recogniser.pages(Document.of(sample("invoice.pdf"), asynchronous=False), max_pages=1))


@pytest.mark.parametrize("degrees", [90, 180, -7])
def test_reads_a_turned_page_and_tells_where_the_words_are_in_the_file(degrees: int, reader: Recogniser) -> None:
    lines = ("Copper kettle and lid", "Walnut shelf, two parts", "Delivered on Thursday")
    image = Image.open(BytesIO(drawn(*lines, size=(640, 240)))).rotate(degrees, expand=True, fillcolor="white")
    page = reader._page(image)
    read = [line.text for line in sorted(page.lines, key=lambda line: line.box.top)]
    assert SequenceMatcher(None, "\n".join(read), "\n".join(lines)).ratio() > 0.95
    corner = page.geometry(next(line for line in page.lines if "Copper" in line.text).box)["Polygon"][0]
    expected = {90: (0.13, 0.94), 180: (0.94, 0.87), -7: (0.09, 0.12)}[degrees]
    assert (corner["X"], corner["Y"]) == pytest.approx(expected, abs=0.06)
