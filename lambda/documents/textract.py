"""Which Textract operation serves which analysis, and with which parameters."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from documents.naming import Document

TEXT_ONLY = "text"
SYNCHRONOUS = {
    TEXT_ONLY: "detect_document_text",
    "document": "analyze_document",
    "expense": "analyze_expense",
    "identity": "analyze_id",
}
START = {
    TEXT_ONLY: "start_document_text_detection",
    "document": "start_document_analysis",
    "expense": "start_expense_analysis",
    "lending": "start_lending_analysis",
}
GET = {
    TEXT_ONLY: "get_document_text_detection",
    "document": "get_document_analysis",
    "expense": "get_expense_analysis",
    "lending": "get_lending_analysis",
}
QUERY_MEMBERS = {"text": "Text", "alias": "Alias", "pages": "Pages"}


@dataclass(frozen=True)
class Analysis:
    """One of the analyses that an inspection asked for.

    Args:
        kind: document, expense, identity or lending.
        mode: sync or async.
        features: Textract's feature types of kind document; none stands for text alone.
    """

    kind: str
    mode: str
    features: tuple[str, ...]

    @classmethod
    def of(cls, event: dict[str, Any]) -> Self:
        """The analysis of a task's ``event``."""
        analysis = event["analysis"]
        return cls(analysis["kind"], analysis["mode"], tuple(analysis.get("features", ())))

    @property
    def family(self) -> str:
        """The kind, with text alone told apart."""
        return TEXT_ONLY if self.kind == "document" and not self.features else self.kind


def synchronous_call(document: Document, analysis: Analysis, queries: Iterable[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The operation that answers at once, and its parameters."""
    source = {"S3Object": _s3_object(document)}
    if analysis.kind == "identity":
        return SYNCHRONOUS["identity"], {"DocumentPages": [source]}
    return SYNCHRONOUS[analysis.family], {"Document": source} | _features(analysis, queries)


def start_call(
    document: Document, analysis: Analysis, queries: Iterable[dict[str, Any]], *, tag: str, channel: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """The operation that starts a job, and its parameters; equal calls start one job."""
    parameters: dict[str, Any] = {"DocumentLocation": {"S3Object": _s3_object(document)}, "JobTag": tag, "NotificationChannel": channel}
    parameters |= _features(analysis, queries)
    token = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()
    return START[analysis.family], parameters | {"ClientRequestToken": token}


def _s3_object(document: Document) -> dict[str, str]:
    version = {"Version": document.version_id} if document.version_id else {}
    return {"Bucket": document.bucket, "Name": document.key} | version


def _features(analysis: Analysis, queries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    if not analysis.features:
        return {}
    parameters: dict[str, Any] = {"FeatureTypes": list(analysis.features)}
    if "QUERIES" in analysis.features:
        parameters["QueriesConfig"] = {"Queries": [_query(query) for query in queries]}
    return parameters


def _query(query: dict[str, Any]) -> dict[str, Any]:
    return {QUERY_MEMBERS[name]: value for name, value in query.items() if value}
