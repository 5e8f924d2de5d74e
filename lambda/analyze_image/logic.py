"""One synchronous call of Textract."""

from dataclasses import dataclass
from typing import Any

from documents import storage, textract
from documents.clients import client
from documents.naming import Document, work_key
from documents.runtime import count
from documents.textract import Analysis


@dataclass(frozen=True)
class Settings:
    """What this function is told.

    Args:
        results_bucket: Where the raw responses go.
        queries: The questions to ask, as ``{"text", "alias"?, "pages"?}``.
    """

    results_bucket: str
    queries: tuple[dict[str, Any], ...] = ()


def analyze(document: Document, attempt: int, analysis: Analysis, settings: Settings) -> dict[str, Any]:
    """Calls Textract, stores its response, and tells where.

    Raises:
        DocumentRejected: Textract does not take the document.
        TransientServiceError: Textract is busy.
    """
    operation, parameters = textract.synchronous_call(document, analysis, settings.queries)
    response = getattr(client("textract"), operation)(**parameters)
    response.pop("ResponseMetadata", None)
    location: storage.Location = {"bucket": settings.results_bucket, "key": work_key(document.id, attempt, f"{analysis.kind}.json")}
    storage.write_responses(location, analysis.kind, [response])
    pages = response.get("DocumentMetadata", {}).get("Pages", 1)
    count("PagesAnalyzed", pages)
    return {"kind": analysis.kind, "location": location, "pages": pages, "status": "SUCCEEDED", "warnings": []}
