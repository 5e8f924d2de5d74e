"""Loan documents are told apart by the words on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blueprints.local.stand_ins.textract.lending import classify, lending_result, summary
from blueprints.local.stand_ins.textract.pages import Box, Page, Selection, Signature


@pytest.mark.parametrize(
    ("name", "kind"),
    [("invoice.pdf", "INVOICES"), ("receipt.png", "RECEIPTS"), ("id-card.jpg", "IDENTITY_DOCUMENT"), ("table.png", "UNCLASSIFIED")],
)
def test_samples_are_classified(name: str, kind: str, read: Callable[[str], list[Page]]) -> None:
    found, confidence = classify(read(name)[0])
    assert found == kind
    assert 50 < confidence <= 95


def test_more_phrases_make_it_surer(page_of: Callable[..., Page]) -> None:
    one = classify(page_of(("Earnings statement", 100, 100)))
    two = classify(page_of(("Earnings Statement", 100, 100), ("Net pay: 1,200.00", 100, 200)))
    assert (one, two) == (("PAYSLIPS", 75), ("PAYSLIPS", 95))


def test_fields_boxes_and_signatures_of_a_form_are_extracted(page_of: Callable[..., Page]) -> None:
    page = page_of(
        ("Wage and Tax Statement", 100, 50), ("Employee name:", 100, 100), ("Ada King", 300, 100), ("Retired", 130, 200),
        ("Page 2 of 3", 100, 970),
        selections=(Selection(Box(100, 200, 120, 220), True, 90.0),), signatures=(Signature(Box(300, 300, 500, 340), 80.0),),
    )  # fmt: skip
    result = lending_result(page)
    document = result["Extractions"][0]["LendingDocument"]
    found = {
        field["Type"]: field["ValueDetections"][0].get("Text") or field["ValueDetections"][0]["SelectionStatus"]
        for field in document["LendingFields"]
    }
    assert result["PageClassification"]["PageType"][0]["Value"] == "W_2"
    assert result["PageClassification"]["PageNumber"][0]["Value"] == "2"
    assert found == {"EMPLOYEE_NAME": "Ada King", "RETIRED": "SELECTED"}
    assert [signature["Confidence"] for signature in document["SignatureDetections"]] == [80.0]


@pytest.mark.parametrize(("name", "member"), [("receipt.png", "ExpenseDocument"), ("id-card.jpg", "IdentityDocument")])
def test_receipts_and_identity_documents_are_read_as_such(name: str, member: str, read: Callable[[str], list[Page]]) -> None:
    assert [set(extraction) for extraction in lending_result(read(name)[0])["Extractions"]] == [{member}]


def test_nothing_is_extracted_from_an_unknown_page(page_of: Callable[..., Page]) -> None:
    result = lending_result(page_of(("Good morning", 100, 100)))
    assert result["Extractions"] == []
    assert result["PageClassification"]["PageNumber"][0]["Value"] == "undetected"


def test_neighbouring_pages_of_one_kind_are_one_document() -> None:
    def result(page: int, kind: str, *, signed: bool = False) -> dict[str, Any]:
        signatures = [{"Confidence": 80.0}] if signed else []
        extractions = [{"LendingDocument": {"LendingFields": [], "SignatureDetections": signatures}}]
        return {"Page": page, "PageClassification": {"PageType": [{"Value": kind}]}, "Extractions": extractions}

    found = summary([result(1, "1003", signed=True), result(2, "1003"), result(3, "W_2"), result(4, "1003")])
    groups = {group["Type"]: group for group in found["DocumentGroups"]}
    assert groups["1003"]["SplitDocuments"] == [{"Index": 1, "Pages": [1, 2]}, {"Index": 2, "Pages": [4]}]
    assert (groups["1003"]["DetectedSignatures"], groups["1003"]["UndetectedSignatures"]) == ([{"Page": 1}], [{"Page": 2}, {"Page": 4}])
    assert groups["W_2"]["UndetectedSignatures"] == []
    assert "PAYSLIPS" in found["UndetectedDocumentTypes"]
    assert "1003" not in found["UndetectedDocumentTypes"]
