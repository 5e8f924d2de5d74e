"""Regions are told by size and place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.layout import add_layout, regions
from blueprints.local.stand_ins.textract.pages import Grid, Page

Make = Callable[..., Page]
BODY = [("Plain words of one line", 100, 400), ("and words of the next", 100, 424), ("Another paragraph begins", 100, 500)]


def kinds(page: Page) -> list[tuple[str, str]]:
    return [(region.kind, region.lines[0].text) for region in regions(page)]


def test_neighbouring_lines_are_one_text(page_of: Make) -> None:
    found = regions(page_of(*BODY))
    assert [(region.kind, len(region.lines)) for region in found] == [("LAYOUT_TEXT", 2), ("LAYOUT_TEXT", 1)]
    assert found[0].confidence == pytest.approx(0.9 * 99)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (("Great news", 100, 90, 40), "LAYOUT_TITLE"),
        (("Chapter one", 100, 350, 31), "LAYOUT_SECTION_HEADER"),
        (("Page 3 of 12", 100, 970), "LAYOUT_PAGE_NUMBER"),
        (("7", 100, 20), "LAYOUT_PAGE_NUMBER"),
        (("Confidential", 100, 20), "LAYOUT_HEADER"),
        (("Form L-12", 100, 970), "LAYOUT_FOOTER"),
        (("- bread and butter", 100, 700), "LAYOUT_LIST"),
        (("Name: Ada", 100, 700), "LAYOUT_KEY_VALUE"),
    ],
)
def test_tells_kinds_by_size_and_place(line: tuple[str, int, int], kind: str, page_of: Make) -> None:
    assert (kind, line[0]) in kinds(page_of(*BODY, line))


def test_tables_are_one_region(page_of: Make) -> None:
    page = page_of(*BODY, ("a", 110, 710), ("b", 310, 710), ("c", 110, 760), grids=(Grid((700, 750, 800), (100, 300, 500), 99.0),))
    assert [(region.kind, [line.text for line in region.lines]) for region in regions(page)][-1] == ("LAYOUT_TABLE", ["a", "b", "c"])


def test_a_list_holds_a_text_for_each_point(page_of: Make) -> None:
    blocks = Blocks(page_of(("1. eggs", 100, 100), ("2. flour", 100, 124)))
    add_layout(blocks)
    (found,) = [block for block in blocks if block["BlockType"] == "LAYOUT_LIST"]
    texts = [block["Id"] for block in blocks if block["BlockType"] == "LAYOUT_TEXT"]
    assert found["Relationships"] == [{"Type": "CHILD", "Ids": texts}]
    assert len(texts) == 2


def test_every_line_is_in_one_region(read: Callable[[str], list[Page]]) -> None:
    for page in read("invoice.pdf"):
        lines = [line for region in regions(page) for line in region.lines]
        assert len(lines) == len(set(lines))
        assert set(lines) == set(page.lines)


def test_the_invoice_has_its_regions(read: Callable[[str], list[Page]]) -> None:
    found = kinds(read("invoice.pdf")[0])
    assert ("LAYOUT_TITLE", "INVOICE") in found
    assert ("LAYOUT_TABLE", "Item") in found
    assert ("LAYOUT_PAGE_NUMBER", "Page 1 of 2") in found
    assert ("LAYOUT_KEY_VALUE", "Invoice number:") in found
