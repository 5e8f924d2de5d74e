"""Invoices and receipts give their summary and their lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blueprints.local.stand_ins.textract.expense import expense_document, kind_of
from blueprints.local.stand_ins.textract.pages import Grid, Page

Read = Callable[[str], list[Page]]


def summary(document: dict[str, Any]) -> dict[str, str]:
    return {field["Type"]["Text"]: field["ValueDetection"]["Text"] for field in document["SummaryFields"]}


def items(document: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {field["Type"]["Text"]: field["ValueDetection"]["Text"] for field in item["LineItemExpenseFields"]}
        for group in document["LineItemGroups"]
        for item in group["LineItems"]
    ]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Invoice number:", "INVOICE_RECEIPT_ID"),
        ("Receipt no.", "INVOICE_RECEIPT_ID"),
        ("Date", "INVOICE_RECEIPT_DATE"),
        ("Due date:", "DUE_DATE"),
        ("VAT 20%", "TAX"),
        ("VAT number:", "VENDOR_VAT_NUMBER"),
        ("Total due", "TOTAL"),
        ("TOTAL GBP", "TOTAL"),
        ("Amount due", "AMOUNT_DUE"),
        ("Subtotal", "SUBTOTAL"),
        ("Bill to:", "RECEIVER_BILL_TO"),
        ("Account name:", "OTHER"),
    ],
)
def test_labels_have_normalised_types(label: str, kind: str) -> None:
    assert kind_of(label) == kind


def test_the_first_page_of_the_invoice_names_vendor_receiver_and_dates(read: Read) -> None:
    found = summary(expense_document(read("invoice.pdf")[0], 1))
    assert found["VENDOR_NAME"] == "Quillmere Instruments Ltd"
    assert found["VENDOR_ADDRESS"] == "14 Harbour Lane, Port Ellery, QE4 9XZ"
    assert found["VENDOR_PHONE"] == "+44 20 7946 0958"
    assert found["RECEIVER_NAME"] == "Tarnholt Observatory"
    assert found["INVOICE_RECEIPT_ID"] == "INV-2026-0417"
    assert (found["INVOICE_RECEIPT_DATE"], found["DUE_DATE"]) == ("17 April 2026", "17 May 2026")
    assert (found["PO_NUMBER"], found["PAYMENT_TERMS"]) == ("PO-88213", "30 days net")


def test_the_last_page_of_the_invoice_has_the_totals_and_their_currency(read: Read) -> None:
    document = expense_document(read("invoice.pdf")[1], 2)
    found = summary(document)
    assert (found["SUBTOTAL"], found["TAX"]) == ("GBP 8,391.90", "GBP 1,707.98")
    assert (found["SHIPPING_HANDLING_CHARGE"], found["TOTAL"]) == ("GBP 148.00", "GBP 10,247.88")
    total = next(field for field in document["SummaryFields"] if field["Type"]["Text"] == "TOTAL")
    assert (total["PageNumber"], total["Currency"]["Code"], total["LabelDetection"]["Text"]) == (2, "GBP", "Total due")


def test_the_lines_of_a_table_are_items(read: Read) -> None:
    found = items(expense_document(read("invoice.pdf")[0], 1))
    assert len(found) == 13
    assert found[3] == {
        "PRODUCT_CODE": "QM-2215",
        "ITEM": "Measuring cylinder, 10 mm",
        "QUANTITY": "12",
        "UNIT_PRICE": "18.20",
        "PRICE": "218.40",
        "EXPENSE_ROW": "QM-2215 Measuring cylinder, 10 mm 12 18.20 218.40",
    }


def test_the_rows_of_a_receipt_are_items(read: Read) -> None:
    document = expense_document(read("receipt.png")[0], 1)
    assert (
        summary(document).items()
        >= {"VENDOR_NAME": "Copperleaf Bakery", "TOTAL": "28.20", "TAX": "4.70", "INVOICE_RECEIPT_ID": "004417"}.items()
    )
    found = items(document)
    assert len(found) == 5
    assert found[1] == {"QUANTITY": "3", "ITEM": "Cardamom bun", "PRICE": "8.25", "EXPENSE_ROW": "Cardamom bun x 3 8.25"}


def test_the_receiver_is_a_group_of_its_own(page_of: Callable[..., Page]) -> None:
    document = expense_document(page_of(("Ship to:", 100, 500), ("Ada King", 100, 526), ("1 Mill Street", 100, 552)), 1)
    found = {field["Type"]["Text"]: (field["ValueDetection"]["Text"], field["GroupProperties"]) for field in document["SummaryFields"]}
    group = [{"Types": ["RECEIVER_SHIP_TO"], "Id": "RECEIVER_SHIP_TO-1"}]
    assert found == {"RECEIVER_NAME": ("Ada King", group), "RECEIVER_ADDRESS": ("1 Mill Street", group)}


def test_a_table_without_prices_has_no_items(read: Read) -> None:
    assert expense_document(read("table.png")[0], 1)["LineItemGroups"] == []


def test_an_item_column_without_a_description_is_the_name(page_of: Callable[..., Page]) -> None:
    page = page_of(
        ("Item", 110, 510),
        ("Price", 310, 510),
        ("Lamp", 110, 560),
        ("4.00", 310, 560),
        grids=(Grid((500, 550, 600), (100, 300, 500), 99.0),),
    )
    assert items(expense_document(page, 1)) == [{"ITEM": "Lamp", "PRICE": "4.00", "EXPENSE_ROW": "Lamp 4.00"}]


def test_a_page_with_nothing_has_nothing(page_of: Callable[..., Page]) -> None:
    document = expense_document(page_of(), 4)
    assert (document["ExpenseIndex"], document["SummaryFields"], document["LineItemGroups"]) == (4, [], [])
