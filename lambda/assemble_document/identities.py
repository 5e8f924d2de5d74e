"""Passports, licences and other identity documents."""

from typing import Any

from assemble_document.assembly import Assembly, percent


def add_identities(assembly: Assembly, response: dict[str, Any]) -> None:
    """Adds the identity documents of a response."""
    for document in response.get("IdentityDocuments", ()):
        read_identity(assembly, document, "identity")


def read_identity(assembly: Assembly, document: dict[str, Any], source: str, page: int = 1) -> None:
    """Adds one identity document; of the fields that Textract always lists, those with a value."""
    fields = [_field(found) for found in document.get("IdentityDocumentFields", ())]
    present = [found for found in fields if found["value"]]
    for found in present:
        assembly.add_field(source, found["type"], found["value"], found["confidence"], page)
    assembly.identity.append({"index": document.get("DocumentIndex", len(assembly.identity) + 1), "page": page, "fields": present})


def _field(found: dict[str, Any]) -> dict[str, Any]:
    value = found.get("ValueDetection", {})
    return {
        "type": found.get("Type", {}).get("Text", ""),
        "value": value.get("Text", ""),
        "normalized": value.get("NormalizedValue", {}).get("Value"),
        "confidence": percent(value.get("Confidence")),
    }
