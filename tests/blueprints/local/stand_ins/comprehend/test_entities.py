"""Entities are found by how they are written."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.comprehend.entities import entities


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("from Quillmere Instruments Ltd until", "ORGANIZATION", "Quillmere Instruments Ltd"),
        ("the Tarnholt Observatory reports", "ORGANIZATION", "Tarnholt Observatory"),
        ("at the University of Ellery", "ORGANIZATION", "University of Ellery"),
        ("Contact: Edgar Fenwick", "PERSON", "Edgar Fenwick"),
        ("REPUBLIC OF UTOPIA", "LOCATION", "REPUBLIC OF UTOPIA"),
        ("made in Switzerland", "LOCATION", "Switzerland"),
        ("at 8 Millrace Close, Ellery Valley", "LOCATION", "8 Millrace Close, Ellery Valley"),
        ("dated 17 April 2026", "DATE", "17 April 2026"),
        ("third quarter 2026", "DATE", "third quarter 2026"),
        ("pay GBP 10,247.88 now", "QUANTITY", "GBP 10,247.88"),
        ("\u20ac4.20 only", "QUANTITY", "\u20ac4.20"),
        ("copper, 127 mm", "QUANTITY", "127 mm"),
        ("within thirty days", "QUANTITY", "thirty days"),
        ("write to a@b.example", "OTHER", "a@b.example"),
        ("Form L-12, please", "TITLE", "Form L-12"),
    ],
)
def test_finds_entities(text: str, kind: str, part: str) -> None:
    assert (kind, part) in [(each.kind, text[each.begin : each.end]) for each in entities(text)]


@pytest.mark.parametrize("text", ["nothing of note here", "QM-1040", "Page 1 of 2", "VAT 20"])
def test_leaves_other_text_alone(text: str) -> None:
    assert entities(text) == []


def test_an_organisation_named_after_a_person_is_an_organisation() -> None:
    text = "sold by Edgar Fenwick Ltd today"
    assert [(each.kind, text[each.begin : each.end]) for each in entities(text)] == [("ORGANIZATION", "Edgar Fenwick Ltd")]
