"""Blocks hang together."""

from __future__ import annotations

from collections.abc import Callable

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.pages import Box, Page, Selection, Signature


def test_a_page_holds_its_lines_and_they_their_words(page_of: Callable[..., Page]) -> None:
    page, second, first, *words = Blocks(page_of(("Good morning", 0, 100), ("Hello", 0, 0)).numbered(3))
    assert [block["BlockType"] for block in (page, first, second)] == ["PAGE", "LINE", "LINE"]
    assert page["Relationships"] == [{"Type": "CHILD", "Ids": [second["Id"], first["Id"]]}]
    assert "Confidence" not in page
    assert (second["Text"], first["Text"], first["Page"], first["Confidence"]) == ("Hello", "Good morning", 3, 99.0)
    assert [word["Text"] for word in words] == ["Hello", "Good", "morning"]
    assert first["Relationships"] == [{"Type": "CHILD", "Ids": [words[1]["Id"], words[2]["Id"]]}]


def test_a_part_has_one_block_however_often_it_is_named(page_of: Callable[..., Page]) -> None:
    page = page_of(("Hello", 0, 0))
    blocks, word = Blocks(page), page.lines[0].words[0]
    selection, signature = Selection(Box(0, 0, 9, 9), False, 90.0), Signature(Box(0, 50, 90, 90), 80.0)
    for _ in range(2):
        blocks.add("CELL", page.box, 50.0, children=[word, selection, signature], on_page=False)
    kinds = [block["BlockType"] for block in blocks]
    assert (kinds.count("WORD"), kinds.count("SELECTION_ELEMENT"), kinds.count("SIGNATURE")) == (1, 1, 1)
    assert next(block for block in blocks if block["BlockType"] == "SELECTION_ELEMENT")["SelectionStatus"] == "NOT_SELECTED"


def test_parts_of_other_blocks_do_not_hang_on_the_page(page_of: Callable[..., Page]) -> None:
    blocks = Blocks(page_of())
    inner = blocks.add("CELL", Box(0, 0, 1, 1), 50.0, on_page=False)
    outer = blocks.add("TABLE", Box(0, 0, 1, 1), 50.0, children=[inner])
    page = next(iter(blocks))
    assert page["Relationships"] == [{"Type": "CHILD", "Ids": [outer]}]


def test_a_relationship_is_added_to_the_one_of_its_kind(page_of: Callable[..., Page]) -> None:
    blocks = Blocks(page_of())
    key = blocks.add("KEY_VALUE_SET", Box(0, 0, 1, 1), 50.0)
    blocks.relate(key, "VALUE", ["a"])
    blocks.relate(key, "VALUE", ["b"])
    assert next(block for block in blocks if block["Id"] == key)["Relationships"] == [{"Type": "VALUE", "Ids": ["a", "b"]}]
