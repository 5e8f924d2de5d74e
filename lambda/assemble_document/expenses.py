"""Invoices and receipts."""

from typing import Any

from assemble_document.assembly import Assembly, percent


def add_expenses(assembly: Assembly, response: dict[str, Any]) -> None:
    """Adds the expense documents of a response."""
    for document in response.get("ExpenseDocuments", ()):
        read_expense(assembly, document, "expense")


def read_expense(assembly: Assembly, document: dict[str, Any], source: str) -> None:
    """Adds one expense document: its summary as fields, its items as rows."""
    summary = [_field(found) for found in document.get("SummaryFields", ())]
    for found in summary:
        assembly.add_field(source, found["label"] or found["type"], found["value"], found["confidence"], found["page"])
    groups = document.get("LineItemGroups", ())
    items = [_item(item) for group in groups for item in group.get("LineItems", ())]
    assembly.expense.append({"index": document.get("ExpenseIndex", len(assembly.expense) + 1), "summary": summary, "line_items": items})


def _item(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [_field(found) for found in item.get("LineItemExpenseFields", ())]


def _field(found: dict[str, Any]) -> dict[str, Any]:
    value = found.get("ValueDetection", {})
    return {
        "type": found.get("Type", {}).get("Text", ""),
        "label": found.get("LabelDetection", {}).get("Text", ""),
        "value": value.get("Text", ""),
        "confidence": percent(value.get("Confidence")),
        "page": found.get("PageNumber", 1),
    }
