"""The result document."""

from typing import Any

from documents import storage, tables
from documents.naming import Document
from documents.storage import Location
from store_result.corrections import corrected

SCHEMA = "document-analysis/1"
PARTS = ("fields", "tables", "queries", "signatures", "layout", "expense", "identity", "lending")
ENRICHMENTS = ("entities", "key_phrases", "pii")
NO_ENRICHMENT: dict[str, Any] = {"language": None, "entities": [], "key_phrases": [], "pii": [], "redaction": "off", "redacted_key": None}
REJECTING = ("rejected",)


def composed(document: Document, found: dict[str, Any], bucket: str, timeout_outcome: str) -> dict[str, Any]:
    """The result of the state machine's findings, the reviewer's corrections applied."""
    assembly = storage.read_json(found["assembly"]["location"])
    enrichment = storage.read_json(found["enrichment"]["location"]) if found.get("enrichment") else NO_ENRICHMENT
    review = found.get("review")
    inspection = found["inspection"]
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "document": document.as_dict(),
        "status": _status(review, timeout_outcome),
        "file": {name: inspection[name] for name in ("content_type", "pages", "bytes", "sha256")},
        "analyses": [analysis["kind"] for analysis in found.get("analyses") or ()],
        "warnings": {analysis["kind"]: analysis["warnings"] for analysis in found.get("analyses") or () if analysis["warnings"]},
        "skipped": inspection["skipped"],
        "text_key": _kept(bucket, assembly["text_key"], f"text/{document.id}.txt"),
        **{name: assembly[name] for name in PARTS},
        **{name: enrichment[name] for name in NO_ENRICHMENT},
    }
    result["redacted_key"] = _kept(bucket, enrichment["redacted_key"], f"redacted/{document.id}.txt")
    result["fields"] = corrected(assembly["fields"], assembly["low_confidence"], (review or {}).get("corrections", ()))
    return result | {"review": review, "cached_from": None, "completed_at": tables.now()}


def rebound(document: Document, cached: Location, bucket: str) -> dict[str, Any]:
    """The result of a file with the same content, as that of ``document``, with texts of its own."""
    result = storage.read_json(cached)
    source = result["document"]["id"]
    result |= {"document": document.as_dict(), "completed_at": tables.now()}
    result["text_key"] = _kept(bucket, result["text_key"], f"text/{document.id}.txt")
    result["redacted_key"] = _kept(bucket, result["redacted_key"], f"redacted/{document.id}.txt")
    return result | {"cached_from": result["cached_from"] or (source if source != document.id else None)}


def counts(result: dict[str, Any]) -> dict[str, int]:
    """How many of each part."""
    return {name: len(result[name]) for name in (*PARTS, *ENRICHMENTS)}


def _status(review: dict[str, Any] | None, timeout_outcome: str) -> str:
    outcome = (review or {}).get("outcome")
    rejected = outcome == "rejected" or (outcome == "timed_out" and timeout_outcome != "accept")
    return "REJECTED" if rejected else "SUCCEEDED"


def _kept(bucket: str, source: str | None, target: str) -> str | None:
    """``target``, into which the expiring ``source`` was copied."""
    if source is None:
        return None
    storage.copy({"bucket": bucket, "key": source}, {"bucket": bucket, "key": target})
    return target
