"""Values belong to the labels that they stand beside or under."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.forms import add_forms, fields
from blueprints.local.stand_ins.textract.pages import Box, Grid, Page, Selection, Signature

Make = Callable[..., Page]


def read(page: Page) -> dict[str, str | None]:
    return {field.key.text: field.value.text if field.value else None for field in fields(page)}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("Date: 4 June 2026", 100, 100)], {"Date:": "4 June 2026"}),
        ([("Name:", 100, 100), ("Ada King", 300, 102)], {"Name:": "Ada King"}),
        ([("Bill to:", 100, 100), ("Tarnholt Ltd", 100, 126), ("2 Summit Road", 100, 152)], {"Bill to:": "Tarnholt Ltd 2 Summit Road"}),
        ([("Address:", 100, 100), ("1 Mill St", 300, 100), ("Port Ellery", 300, 126)], {"Address:": "1 Mill St Port Ellery"}),
        ([("Surname", 100, 100), ("LINDQVIST", 100, 128)], {"Surname": "LINDQVIST"}),
        ([("Subtotal", 100, 100), ("23.50", 700, 100)], {"Subtotal": "23.50"}),
        ([("Name:", 100, 100), ("Phone:", 300, 100), ("12345", 400, 100)], {"Name:": None, "Phone:": "12345"}),
        ([("Name:", 100, 100)], {"Name:": None}),
    ],
)
def test_pairs_labels_with_values(lines: list[tuple[Any, ...]], found: dict[str, str | None], page_of: Make) -> None:
    assert read(page_of(*lines)) == found


@pytest.mark.parametrize(
    "lines",
    [
        [("It was late: nobody came any more and the lamps were out by then", 100, 100, 20)],
        [("08:41", 100, 100)],
        [("A heading", 100, 100), ("and words", 700, 100)],
        [("Surname", 100, 100), ("Nationality", 100, 128)],
        [("Rye", 100, 100), ("4.80", 150, 100)],
    ],
)
def test_does_not_pair_what_is_no_field(lines: list[tuple[Any, ...]], page_of: Make) -> None:
    assert all(value is None or key == "It was late:" for key, value in read(page_of(*lines)).items())


def test_a_value_far_below_belongs_to_nobody(page_of: Make) -> None:
    assert read(page_of(("Name:", 100, 100), ("Ada King", 100, 300))) == {"Name:": None}


def test_a_label_above_in_a_row_with_figures_is_a_column(page_of: Make) -> None:
    page = page_of(("Receipt no.", 100, 100), ("004417", 700, 100), ("Date", 100, 126), ("09/05/2026", 700, 126))
    assert read(page) == {"Receipt no.": "004417", "Date": "09/05/2026"}


def test_check_boxes_are_named_by_their_question_and_their_option(page_of: Make) -> None:
    boxes = (Selection(Box(300, 100, 320, 120), True, 97.0), Selection(Box(500, 100, 520, 120), False, 90.0))
    page = page_of(("Newsletter:", 100, 100), ("Yes", 330, 100), ("No", 530, 100), selections=boxes)
    assert [(field.key.text, field.selection.selected if field.selection else None, field.confidence) for field in fields(page)] == [
        ("Newsletter: Yes", True, 97.0),
        ("Newsletter: No", False, 90.0),
    ]


def test_an_option_may_stand_before_its_box(page_of: Make) -> None:
    page = page_of(("Yes", 100, 100), selections=(Selection(Box(140, 100, 160, 120), True, 97.0),))
    assert [field.key.text for field in fields(page)] == ["Yes"]


def test_words_in_tables_are_no_fields(page_of: Make) -> None:
    grid = Grid((90, 130, 170), (90, 400, 900), 99.0)
    assert read(page_of(("Name:", 100, 100), ("Ada", 500, 100), grids=(grid,))) == {}


def test_a_field_is_less_sure_than_its_least_sure_part(page_of: Make) -> None:
    (field,) = fields(page_of(("Name:", 100, 100), ("Ada", 300, 100, 20, 50.0)))
    assert 45 < field.confidence < 50


def test_blocks_link_keys_to_values(page_of: Make) -> None:
    signature = Signature(Box(300, 180, 500, 240), 80.0)
    selection = Selection(Box(300, 300, 320, 320), True, 97.0)
    page = page_of(
        ("Name:", 100, 100),
        ("Ada", 300, 100),
        ("Signature:", 100, 200),
        ("Yes", 330, 300),
        signatures=(signature,),
        selections=(selection,),
    )
    blocks = Blocks(page)
    add_forms(blocks, signatures=True)
    by_id = {block["Id"]: block for block in blocks}
    keys = [block for block in blocks if block.get("EntityTypes") == ["KEY"]]
    linked = {}
    for key in keys:
        value = by_id[next(relation["Ids"][0] for relation in key["Relationships"] if relation["Type"] == "VALUE")]
        children = [by_id[name] for relation in value.get("Relationships", []) for name in relation["Ids"]]
        text = " ".join(by_id[name]["Text"] for relation in key["Relationships"] if relation["Type"] == "CHILD" for name in relation["Ids"])
        linked[text] = [child["BlockType"] for child in children]
        assert value["EntityTypes"] == ["VALUE"]
    assert linked == {"Name:": ["WORD"], "Signature:": ["SIGNATURE"], "Yes": ["SELECTION_ELEMENT"]}


def test_signatures_are_left_out_unless_asked_for(page_of: Make) -> None:
    blocks = Blocks(page_of(("Signature:", 100, 200), signatures=(Signature(Box(300, 180, 500, 240), 80.0),)))
    add_forms(blocks)
    assert "SIGNATURE" not in {block["BlockType"] for block in blocks}
