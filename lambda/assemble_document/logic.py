"""One document out of the raw responses of its analyses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assemble_document.assembly import Assembly
from assemble_document.blocks import Blocks
from assemble_document.expenses import add_expenses
from assemble_document.identities import add_identities
from assemble_document.lending import add_lending
from documents import storage
from documents.naming import Document, work_key
from documents.runtime import count
from documents.storage import Location

READERS: dict[str, Callable[[Assembly, dict[str, Any]], None]] = {
    "expense": add_expenses,
    "identity": add_identities,
    "lending": add_lending,
}


@dataclass(frozen=True)
class Settings:
    """What this function is told.

    Args:
        results_bucket: Where the assembled document goes.
        review_confidence: Fields below it are of low confidence, in percent.
    """

    results_bucket: str
    review_confidence: float


def assemble(document: Document, attempt: int, analyses: list[dict[str, Any]], settings: Settings) -> dict[str, Any]:
    """Stores the text and the assembled document, and tells where, with counts."""
    assembly = Assembly()
    read_text = all(analysis["kind"] != "document" for analysis in analyses)
    for analysis in analyses:
        _read(assembly, analysis["kind"], analysis["location"], read_text=read_text)
    text_key = work_key(document.id, attempt, "text.txt")
    storage.write_text({"bucket": settings.results_bucket, "key": text_key}, assembly.text())
    low = assembly.low_confidence(settings.review_confidence)
    location: Location = {"bucket": settings.results_bucket, "key": work_key(document.id, attempt, "assembly.json")}
    storage.write_json(location, assembly.as_dict() | {"text_key": text_key, "low_confidence": low})
    count("FieldsLowConfidence", len(low))
    pages = max((analysis["pages"] for analysis in analyses), default=0)
    return {"location": location, "pages": pages, "counts": assembly.counts(), "low_confidence": len(low)}


def _read(assembly: Assembly, kind: str, location: Location, *, read_text: bool) -> None:
    blocks = Blocks()
    for response in storage.read_responses(location):
        if kind == "document":
            blocks.add(response.get("Blocks", ()))
            continue
        READERS[kind](assembly, response)
        if read_text and not assembly.lines:
            blocks.add(_inner_blocks(response))
    blocks.read_into(assembly)


def _inner_blocks(response: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [*response.get("ExpenseDocuments", ()), *response.get("IdentityDocuments", ())]
    return [block for part in parts for block in part.get("Blocks", ())]
