"""Loan documents: which kind each page is, by the words on it, and what it says."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from blueprints.local.stand_ins.textract.expense import expense_document, kind_of
from blueprints.local.stand_ins.textract.forms import fields
from blueprints.local.stand_ins.textract.identity import identity_document, is_identity_document
from blueprints.local.stand_ins.textract.labels import plain
from blueprints.local.stand_ins.textract.layout import PAGE_NUMBER
from blueprints.local.stand_ins.textract.pages import Line, Page, in_rows

PHRASES: dict[str, tuple[str, ...]] = {
    "1003": ("uniform residential loan application",),
    "1005": ("verification of employment",),
    "1008": ("uniform underwriting and transmittal summary",),
    "1040": ("individual income tax return", "form 1040"),
    "W_2": ("wage and tax statement", "form w-2"),
    "W_9": ("request for taxpayer identification number", "form w-9"),
    "PAYSLIPS": ("payslip", "pay slip", "pay stub", "earnings statement", "gross pay", "net pay"),
    "BANK_STATEMENT": ("bank statement", "account summary", "opening balance", "closing balance", "beginning balance", "ending balance"),
    "CREDIT_CARD_STATEMENT": ("credit card statement", "minimum payment", "credit limit"),
    "MORTGAGE_STATEMENT": ("mortgage statement", "escrow balance", "principal balance"),
    "PAYOFF_STATEMENT": ("payoff statement", "payoff amount"),
    "INVESTMENT_STATEMENT": ("investment statement", "portfolio value"),
    "HOA_STATEMENT": ("homeowners association", "hoa dues"),
    "UTILITY_BILLS": ("utility bill", "kwh", "meter reading"),
    "CHECKS": ("pay to the order of",),
}
SIGNED = frozenset(
    {"1003", "1005", "1008", "1040", "1065", "1120", "CHECKS", "W_9", "HUD_92900_B", "VBA_26_0551", "SSA_89", "DEMOGRAPHIC_ADDENDUM"}
)
EXPENSES = frozenset({"INVOICES", "RECEIPTS"})
UNCLASSIFIED = "UNCLASSIFIED"
MAX_CONFIDENCE = 95.0


def lending_result(page: Page) -> dict[str, Any]:
    """Returns Textract's ``LendingResult`` of one page."""
    kind, confidence = classify(page)
    classification = {"PageType": [{"Value": kind, "Confidence": confidence}], "PageNumber": [_printed_number(page)]}
    return {"Page": page.number, "PageClassification": classification, "Extractions": _extractions(kind, page)}


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns Textract's ``LendingSummary``: the pages by kind, neighbours of one kind as one document."""
    kinds = [(result["PageClassification"]["PageType"][0]["Value"], result) for result in results]
    groups: dict[str, dict[str, Any]] = {}
    for kind, run in groupby(kinds, key=lambda each: each[0]):
        members = [result for _, result in run]
        group = groups.setdefault(kind, {"Type": kind, "SplitDocuments": [], "DetectedSignatures": [], "UndetectedSignatures": []})
        group["SplitDocuments"].append({"Index": len(group["SplitDocuments"]) + 1, "Pages": [result["Page"] for result in members]})
        for result in members:
            if _signed(result):
                group["DetectedSignatures"].append({"Page": result["Page"]})
            elif kind in SIGNED:
                group["UndetectedSignatures"].append({"Page": result["Page"]})
    known = {*PHRASES, *EXPENSES, "IDENTITY_DOCUMENT", UNCLASSIFIED}
    return {"DocumentGroups": list(groups.values()), "UndetectedDocumentTypes": sorted(known - set(groups))}


def classify(page: Page) -> tuple[str, float]:
    """Returns the page's kind and how sure that is, 0 to 100: the more of the kind's phrases, the surer."""
    text = plain(" ".join(line.text for row in in_rows(page.lines) for line in row))
    hits = {kind: sum(phrase in text for phrase in phrases) for kind, phrases in PHRASES.items()}
    kind, most = max(hits.items(), key=lambda each: each[1])
    if most:
        return kind, min(MAX_CONFIDENCE, 55 + 20 * most)
    if is_identity_document(page):
        return "IDENTITY_DOCUMENT", 85.0
    money = {kind_of(field.key.text) for field in fields(page)} & {
        "INVOICE_RECEIPT_ID",
        "SUBTOTAL",
        "TOTAL",
        "TAX",
        "AMOUNT_DUE",
        "DUE_DATE",
    }
    if len(money) > 1:
        return "RECEIPTS" if re.search(r"\breceipt\b", text) else "INVOICES", min(MAX_CONFIDENCE, 50 + 10 * len(money))
    return UNCLASSIFIED, 90 - 25.0 * len(money)


def _extractions(kind: str, page: Page) -> list[dict[str, Any]]:
    if kind == UNCLASSIFIED:
        return []
    if kind in EXPENSES:
        return [{"ExpenseDocument": expense_document(page, page.number)}]
    if kind == "IDENTITY_DOCUMENT":
        return [{"IdentityDocument": identity_document([page], page.number)}]
    signatures = [{"Confidence": found.confidence, "Geometry": page.geometry(found.box)} for found in page.signatures]
    return [{"LendingDocument": {"LendingFields": list(_lending_fields(page)), "SignatureDetections": signatures}}]


def _lending_fields(page: Page) -> list[dict[str, Any]]:
    found = []
    for field in fields(page):
        kind = re.sub(r"\W+", "_", plain(field.key.text)).strip("_").upper()
        if field.selection:
            status = "SELECTED" if field.selection.selected else "NOT_SELECTED"
            value = {"SelectionStatus": status, "Geometry": page.geometry(field.selection.box), "Confidence": field.confidence}
        elif field.value:
            value = _detection(field.value, page)
        else:
            continue
        found.append({"Type": kind, "KeyDetection": _detection(field.key, page), "ValueDetections": [value]})
    return found


def _detection(line: Line, page: Page) -> dict[str, Any]:
    return {"Text": line.text, "Geometry": page.geometry(line.box), "Confidence": line.confidence}


def _printed_number(page: Page) -> dict[str, Any]:
    for line in page.lines:
        found = PAGE_NUMBER.match(line.text) and re.search(r"\d+", line.text)
        if found:
            return {"Value": found[0], "Confidence": line.confidence}
    return {"Value": "undetected", "Confidence": page.confidence}


def _signed(result: dict[str, Any]) -> bool:
    return any(each.get("LendingDocument", {}).get("SignatureDetections") for each in result["Extractions"])
