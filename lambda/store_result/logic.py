"""The result of a document: composed, stored, indexed, and offered to documents with the same content."""

from dataclasses import dataclass
from typing import Any

from documents import index, reviews, storage, tables
from documents.naming import Document, execution_name
from documents.runtime import count, logger
from documents.storage import Location
from store_result import compose

REUSABLE_OUTCOMES = ("approved", "corrected")


@dataclass(frozen=True)
class Settings:
    """What this function is told.

    Args:
        results_bucket: Where results go.
        index_table: Where documents are listed.
        cache_table: Where results are found by content.
        configuration_id: Changes with everything that influences a result.
        retention_days: After how many days rows go, 0 for never.
        review_timeout_outcome: accept or reject, for reviews that nobody decided.
        reviews_table: Where reviews are kept; empty without reviews.
    """

    results_bucket: str
    index_table: str
    cache_table: str
    configuration_id: str
    retention_days: int
    review_timeout_outcome: str = "reject"
    reviews_table: str = ""


def store(document: Document, attempt: int, found: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Stores the result of ``document``; done again, it has the same effect.

    Args:
        document: The document.
        attempt: The attempt that found it.
        found: The state machine's inspection, and assembly, enrichment, review and analyses as far as there are any.
        settings: This function's settings.
    """
    inspection = found["inspection"]
    if inspection["verdict"] == "cached":
        result = compose.rebound(document, inspection["cached"], settings.results_bucket)
    else:
        result = compose.composed(document, found, settings.results_bucket, settings.review_timeout_outcome)
    location: Location = {"bucket": settings.results_bucket, "key": f"results/{document.id}.json"}
    storage.write_json(location, result)
    newest = index.record(settings.index_table, document, attempt, result["status"], _row(result, location, settings))
    if _is_reusable(result, found):
        _offer(result["file"]["sha256"], location, settings)
    if found.get("review") and settings.reviews_table:
        reviews.settle(settings.reviews_table, execution_name(document.id, attempt), found["review"]["outcome"])
    _report(result, newest)
    return {"status": result["status"], "location": location, "redacted_key": result["redacted_key"], "newest": newest}


def _row(result: dict[str, Any], location: Location, settings: Settings) -> dict[str, Any]:
    row = {name: result["file"][name] for name in ("sha256", "content_type", "pages")}
    row |= {"result_bucket": location["bucket"], "result_key": location["key"], "redacted_key": result["redacted_key"]}
    return row | {"counts": compose.counts(result), "expires_at": tables.expiry(settings.retention_days)}


def _is_reusable(result: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whole and accepted: neither partial, nor rejected, nor unseen by the reviewers who were asked, nor itself a copy."""
    whole = all(analysis["status"] == "SUCCEEDED" for analysis in found.get("analyses") or ())
    reviewed = not found.get("review") or found["review"]["outcome"] in REUSABLE_OUTCOMES
    return bool(whole and reviewed and result["status"] == "SUCCEEDED" and not result["cached_from"])


def _offer(sha256: str, location: Location, settings: Settings) -> None:
    key = {"pk": f"{sha256}#{settings.configuration_id}"}
    tables.update(settings.cache_table, key, {"location": location, "expires_at": tables.expiry(settings.retention_days)})


def _report(result: dict[str, Any], newest: bool) -> None:
    count("DocumentsStored" if result["status"] == "SUCCEEDED" else "DocumentsRejected")
    if not newest:
        logger.info("a newer version of the document is indexed already")
