"""Invoices and receipts: who, when, how much, and the lines in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.forms import Field, fields
from blueprints.local.stand_ins.textract.labels import PHONE, currency_of, is_money, plain
from blueprints.local.stand_ins.textract.pages import Box, Line, Page
from blueprints.local.stand_ins.textract.tables import Cell, Table, in_tables, tables

TYPES = (
    ("INVOICE_RECEIPT_ID", r"^(tax )?(invoice|receipt|bill|order|check|ticket) ?(number|no|nr|id|#)?$"),
    ("DUE_DATE", r"^(payment )?due( date| on| by)?$|^pay by$"),
    ("DELIVERY_DATE", r"^deliver(y|ed)( date| on)?$"),
    ("INVOICE_RECEIPT_DATE", r"^((invoice|receipt|issue|bill) )?date( of (issue|invoice))?$"),
    ("PO_NUMBER", r"^(purchase order|po)( number| no)?$"),
    ("PAYMENT_TERMS", r"^(payment )?terms$"),
    ("SUBTOTAL", r"^sub ?total\b|^net( total| amount)?$"),
    ("TAX", r"^(vat|tax|gst|sales tax|mwst)( ?\d+([.,]\d+)?)? ?%?( \w{3})?$"),
    ("SHIPPING_HANDLING_CHARGE", r"^(shipping|postage|delivery|freight)( and handling| charge)?$"),
    ("DISCOUNT", r"^discount$"),
    ("GRATUITY", r"^(tip|gratuity|service charge)$"),
    ("AMOUNT_PAID", r"^(amount )?paid$|^card\b|^cash$"),
    ("AMOUNT_DUE", r"^(amount|balance) due$"),
    ("TOTAL", r"^(grand )?total( (due|amount|amount due|to pay))?( \w{3})?$"),
    ("VENDOR_VAT_NUMBER", r"^vat (number|no|reg|id)( no)?$"),
    ("TAX_PAYER_ID", r"^(tax (id|number)|ein|tin|ssn)$"),
    ("CUSTOMER_NUMBER", r"^(customer|client)( number| no| id)$"),
    ("ACCOUNT_NUMBER", r"^account( number| no| id)$"),
    ("RECEIVER_BILL_TO", r"^(bill|billed|invoice|sold) to$"),
    ("RECEIVER_SHIP_TO", r"^(ship|shipped|deliver) to$"),
)
HEADINGS = (
    ("QUANTITY", r"^(qty|quantity|units|no)$"),
    ("UNIT_PRICE", r"^(unit|item) (price|cost)$|^(rate|price each)$"),
    ("PRICE", r"^(amount|price|line total|total|cost|sum)$"),
    ("PRODUCT_CODE", r"^((product|article|item) (code|number|no)|sku|code|article)$"),
    ("ITEM", r"^(item )?(description|name)$|^(product|service|goods|details)$"),
)
NOT_A_VENDOR = re.compile(r"^(invoice|receipt|tax invoice|bill|statement|page \d.*)$", re.IGNORECASE)
NO_LINES = frozenset({"SUBTOTAL", "TAX", "TOTAL", "AMOUNT_DUE", "AMOUNT_PAID", "SHIPPING_HANDLING_CHARGE", "DISCOUNT", "GRATUITY"})
IMPLIED = 0.85


@dataclass(frozen=True)
class Found:
    """One normalised field; ``label`` is missing where the document names none."""

    kind: str
    value: Line
    confidence: float
    label: Line | None = None
    group: str | None = None


def expense_document(page: Page, index: int) -> dict[str, Any]:
    """Returns Textract's ``ExpenseDocument`` of one page."""
    currency = next(iter(_currencies(page)), None)
    items = [[_field(found, page, currency) for found in item] for item in _items(page)]
    groups = [{"LineItemGroupIndex": 1, "LineItems": [{"LineItemExpenseFields": item} for item in items]}] if items else []
    return {
        "ExpenseIndex": index,
        "SummaryFields": [_field(found, page, currency) for found in summary(page)],
        "LineItemGroups": groups,
        "Blocks": list(Blocks(page)),
    }


def summary(page: Page) -> list[Found]:
    """Returns the page's summary fields: those with a label, and the vendor's by place and size."""
    found = list(_vendor(page))
    for field in fields(page):
        if field.value is None or _is_item(field, page):
            continue
        kind = kind_of(field.key.text)
        if kind.startswith("RECEIVER_"):
            found.extend(_receiver(field, field.value, kind))
        else:
            found.append(Found(kind, field.value, field.confidence, field.key))
    return found


def kind_of(label: str) -> str:
    """Returns the normalised type of a label, ``OTHER`` for one that Textract does not normalise."""
    text = plain(label)
    return next((kind for kind, pattern in TYPES if re.match(pattern, text)), "OTHER")


def _vendor(page: Page) -> Iterator[Found]:
    found = tables(page)
    head = sorted(
        (line for line in page.lines if line.box.top < page.upright[1] / 4 and not in_tables(line, found)), key=lambda line: line.box.top
    )
    names = [line for line in head if not NOT_A_VENDOR.match(line.text) and re.search(r"[^\W\d]{3}", line.text) and ":" not in line.text]
    name = max(names, key=lambda line: round(line.box.height / max(1.0, 0.15 * page.text_height)), default=None)
    if name is None:
        return
    yield Found("VENDOR_NAME", name, IMPLIED * name.confidence)
    below = [line for line in head if 0 <= line.box.top - name.box.bottom < 8 * page.text_height and _overlap(line.box, name.box)]
    for line in below:
        if re.search(r"\d", line.text) and "," in line.text:
            yield Found("VENDOR_ADDRESS", line, IMPLIED * line.confidence, group="VENDOR")
        elif "@" not in line.text and PHONE.search(line.text):
            yield Found("VENDOR_PHONE", line, IMPLIED * line.confidence)


def _receiver(field: Field, value: Line, group: str) -> Iterator[Found]:
    rows = _rows(value)
    yield Found("RECEIVER_NAME", rows[0], field.confidence, field.key, group)
    if len(rows) > 1:
        yield Found("RECEIVER_ADDRESS", Line(tuple(word for row in rows[1:] for word in row.words)), field.confidence, field.key, group)


def _rows(value: Line) -> list[Line]:
    rows = [[value.words[0]]]
    for word in value.words[1:]:
        if word.box.beside(rows[-1][-1].box):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Line(tuple(row)) for row in rows]


def _overlap(box: Box, other: Box) -> bool:
    return min(box.right, other.right) > max(box.left, other.left)


def _items(page: Page) -> Iterator[list[Found]]:
    priced = [table for table in tables(page) if _is_priced(table)]
    for table in priced:
        kinds = _kinds(table)
        for row in table.rows[1:]:
            item = [
                Found(kind, cell.line, cell.line.confidence, heading.line)
                for kind, cell, heading in zip(kinds, row, table.rows[0], strict=True)
                if cell.line
            ]
            yield [*item, _whole([cell.line for cell in row if cell.line])]
    if not priced:
        for field in fields(page):
            if field.value and _is_item(field, page):
                yield [*_bought(field.key, field.value, field.confidence), _whole([field.key, field.value])]


def _is_priced(table: Table) -> bool:
    kinds = set(_kinds(table))
    return bool({"PRICE", "UNIT_PRICE"} & kinds) and bool({"ITEM", "PRODUCT_CODE", "QUANTITY"} & kinds)


def _kinds(table: Table) -> list[str]:
    kinds = [next((kind for kind, pattern in HEADINGS if re.match(pattern, plain(cell.text))), "OTHER") for cell in table.rows[0]]
    return [_item_or_code(kind, cell, "ITEM" in kinds) for kind, cell in zip(kinds, table.rows[0], strict=True)]


def _item_or_code(kind: str, cell: Cell, described: bool) -> str:
    return ("PRODUCT_CODE" if described else "ITEM") if plain(cell.text) == "item" else kind


def _is_item(field: Field, page: Page) -> bool:
    """Tells whether a field is a line of a receipt: an amount above the first total, with a label of no known type."""
    if field.value is None or not is_money(field.value.text) or field.key.text.endswith(":") or kind_of(field.key.text) != "OTHER":
        return False
    totals = [each.key.box.top for each in fields(page) if kind_of(each.key.text) in NO_LINES]
    return bool(totals) and field.key.box.top < min(totals)


def _bought(name: Line, price: Line, confidence: float) -> Iterator[Found]:
    """Reads ``name x 3``: the quantity is the last word."""
    if len(name.words) > 2 and name.words[-2].text in ("x", "X", "\u00d7") and name.words[-1].text.isdigit():
        name, quantity = name.split(len(name.words) - 2)
        yield Found("QUANTITY", Line(quantity.words[1:]), confidence)
    yield Found("ITEM", name, confidence)
    yield Found("PRICE", price, confidence)


def _whole(parts: list[Line]) -> Found:
    row = Line(tuple(word for part in parts for word in part.words))
    return Found("EXPENSE_ROW", row, row.confidence)


def _currencies(page: Page) -> Iterator[dict[str, Any]]:
    for line in page.lines:
        code = currency_of(line.text)
        if code:
            yield {"Code": code, "Confidence": line.confidence}


def _field(found: Found, page: Page, currency: dict[str, Any] | None) -> dict[str, Any]:
    field: dict[str, Any] = {
        "Type": {"Text": found.kind, "Confidence": found.confidence},
        "ValueDetection": _detection(found.value, page),
        "PageNumber": page.number,
    }
    if found.label:
        field["LabelDetection"] = _detection(found.label, page)
    if found.group:
        field["GroupProperties"] = [{"Types": [found.group], "Id": f"{found.group}-{page.number}"}]
    if currency and is_money(found.value.text):
        field["Currency"] = currency
    return field


def _detection(line: Line, page: Page) -> dict[str, Any]:
    return {"Text": line.text, "Geometry": page.geometry(line.box), "Confidence": line.confidence}
