"""Labels, amounts, currencies and dates are known by how they are written."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.textract import labels


def test_labels_are_compared_without_case_and_marks() -> None:
    assert labels.plain("  Invoice  No.: ") == "invoice no"
    assert labels.plain("VAT 20%") == "vat 20%"


@pytest.mark.parametrize("text", ["Surname", "Given names", "Date of birth", "Document number", "Sex", "Full name:"])
def test_knows_labels_that_stand_above_their_values(text: str) -> None:
    assert labels.is_label_above(text)


@pytest.mark.parametrize("text", ["LINDQVIST", "Copperleaf Bakery", "12 MAR 1991", "Names of places"])
def test_values_are_no_labels(text: str) -> None:
    assert not labels.is_label_above(text)


@pytest.mark.parametrize("text", ["4.80", "1,240.00", "GBP 10,247.88", "\u00a35.00", "12,50 \u20ac", "1.024,00", "-3.10"])
def test_knows_amounts(text: str) -> None:
    assert labels.is_money(text)


@pytest.mark.parametrize("text", ["12", "4.8", "2026-04-17", "QM-1040", "10.000", "GBP"])
def test_other_figures_are_no_amounts(text: str) -> None:
    assert not labels.is_money(text)


@pytest.mark.parametrize(("text", "code"), [("TOTAL GBP", "GBP"), ("\u20ac 4.20", "EUR"), ("$5", "USD"), ("GBPX", None), ("plain", None)])
def test_names_the_currency(text: str, code: str | None) -> None:
    assert labels.currency_of(text) == code


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("12 MAR 1991", "1991-03-12"),
        ("4June2026", "2026-06-04"),
        ("09/05/2026 08:41", "2026-05-09"),
        ("2026-04-17", "2026-04-17"),
        ("31.12.1999", "1999-12-31"),
        ("12 XYZ 1991", None),
        ("99/99/2026", None),
        ("none", None),
    ],
)
def test_writes_dates_as_iso_does(text: str, date: str | None) -> None:
    assert labels.iso_date(text) == date
