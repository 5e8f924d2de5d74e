"""Pages of a mortgage package."""

from typing import Any

from assemble_document.assembly import Assembly, percent
from assemble_document.expenses import read_expense
from assemble_document.identities import read_identity


def add_lending(assembly: Assembly, response: dict[str, Any]) -> None:
    """Adds the pages of a response: their type, and what was read from them."""
    for result in response.get("Results", ()):
        page = result.get("Page", 1)
        kind: dict[str, Any] = next(iter(result.get("PageClassification", {}).get("PageType", ())), {})
        entry: dict[str, Any] = {"page": page, "type": kind.get("Value", ""), "confidence": percent(kind.get("Confidence"))}
        entry |= {"fields": [], "signatures": []}
        for extraction in result.get("Extractions", ()):
            _read(assembly, extraction, entry)
        assembly.lending.append(entry)


def _read(assembly: Assembly, extraction: dict[str, Any], entry: dict[str, Any]) -> None:
    lending = extraction.get("LendingDocument", {})
    fields = [_field(found) for found in lending.get("LendingFields", ())]
    signatures = [
        {"page": entry["page"], "confidence": percent(found.get("Confidence"))} for found in lending.get("SignatureDetections", ())
    ]
    for found in fields:
        assembly.add_field("lending", found["type"], found["value"], found["confidence"], entry["page"])
    entry["fields"] += fields
    entry["signatures"] += signatures
    assembly.signatures.extend(signatures)
    if "ExpenseDocument" in extraction:
        read_expense(assembly, extraction["ExpenseDocument"], "lending")
    if "IdentityDocument" in extraction:
        read_identity(assembly, extraction["IdentityDocument"], "lending", entry["page"])


def _field(found: dict[str, Any]) -> dict[str, Any]:
    values = found.get("ValueDetections", ())
    texts = [value.get("Text") or value.get("SelectionStatus", "") for value in values]
    confidences = [value["Confidence"] for value in values if "Confidence" in value]
    return {
        "type": found.get("Type", ""),
        "key": found.get("KeyDetection", {}).get("Text", ""),
        "value": " ".join(filter(None, texts)),
        "confidence": percent(min(confidences, default=None)),
    }
