"""Key phrases are runs of words that name something."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.comprehend.key_phrases import key_phrases


@pytest.mark.parametrize(
    ("text", "code", "phrases"),
    [
        ("Please quote the invoice number and the date.", "en", ["the invoice number", "the date"]),
        ("Tarnholt Observatory\nMiriam Oakes, Purchasing", "en", ["Tarnholt Observatory", "Miriam Oakes", "Purchasing"]),
        ("VAT 20% is due", "en", ["VAT 20%", "due"]),
        ("La factura de la empresa", "es", ["La factura", "la empresa"]),
        ("Die Rechnung und der Betrag", "de", ["Die Rechnung", "der Betrag"]),
        ("12 34 56 of it", "en", []),
        ("请付款 谢谢", "zh", ["请付款 谢谢"]),
    ],
)
def test_finds_phrases(text: str, code: str, phrases: list[str]) -> None:
    assert [text[found.begin : found.end] for found in key_phrases(text, code)] == phrases


def test_long_runs_are_cut() -> None:
    text = "brass copper walnut oak steel glass marble slate"
    assert [text[found.begin : found.end].count(" ") + 1 for found in key_phrases(text, "en")] == [6, 2]


def test_longer_phrases_are_surer() -> None:
    short, long = key_phrases("invoice, the overdue invoice number", "en")
    assert short.score < long.score < 1
