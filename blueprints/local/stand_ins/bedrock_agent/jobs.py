"""Ingestion jobs, and what is known of the documents of a data source."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

STARTING, IN_PROGRESS, COMPLETE, FAILED, STOPPING, STOPPED = "STARTING", "IN_PROGRESS", "COMPLETE", "FAILED", "STOPPING", "STOPPED"
RUNNING = (STARTING, IN_PROGRESS, STOPPING)
INDEXED, DOCUMENT_FAILED, IGNORED = "INDEXED", "FAILED", "IGNORED"
COUNTED = (
    "numberOfDocumentsScanned",
    "numberOfMetadataDocumentsScanned",
    "numberOfNewDocumentsIndexed",
    "numberOfModifiedDocumentsIndexed",
    "numberOfMetadataDocumentsModified",
    "numberOfDocumentsDeleted",
    "numberOfDocumentsFailed",
    "numberOfDocumentsSkipped",
)
MAX_REASON = 2048


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Document:
    """What is known of a document since the last job that met it.

    Args:
        uri: Where it is, ``s3://BUCKET/KEY``.
        version: The ETags of the object and of its metadata file; empty for a document that is to be tried again.
        status: The status as ``ListKnowledgeBaseDocuments`` tells it.
        reason: Why, unless it was indexed.
        vectors: The keys of the vectors made of it.
    """

    uri: str
    version: tuple[str, str] = ("", "")
    status: str = INDEXED
    reason: str = ""
    vectors: tuple[str, ...] = ()
    updated: datetime = field(default_factory=_now)

    def row(self, source: Mapping[str, str]) -> dict[str, Any]:
        """Returns the document as the API tells it."""
        told = {"status": self.status, "identifier": {"dataSourceType": "S3", "s3": {"uri": self.uri}}, "updatedAt": self.updated}
        return {**source, **told, **({"statusReason": self.reason} if self.reason else {})}


@dataclass
class Job:
    """One ingestion job.

    Args:
        source: ``knowledgeBaseId`` and ``dataSourceId``.
        token: The client token that it was started with.
        description: What the caller says it is for.
    """

    source: Mapping[str, str]
    token: str = ""
    description: str = ""
    identifier: str = field(default_factory=lambda: uuid.uuid4().hex[:10].upper())
    status: str = STARTING
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    reasons: list[str] = field(default_factory=list)
    started: datetime = field(default_factory=_now)
    updated: datetime = field(default_factory=_now)
    stop: threading.Event = field(default_factory=threading.Event)

    def turn(self, status: str) -> None:
        """Changes the status."""
        self.status, self.updated = status, _now()

    def count(self, name: str, number: int = 1) -> None:
        """Adds to one of the statistics."""
        self.counts[name] += number

    def blame(self, reason: str) -> None:
        """Adds a reason of failure."""
        self.reasons.append(reason[:MAX_REASON])

    def row(self) -> dict[str, Any]:
        """Returns the job as ``ListIngestionJobs`` tells it."""
        named = {**self.source, "ingestionJobId": self.identifier, "status": self.status, "statistics": dict(self.counts)}
        described = {"description": self.description} if self.description else {}
        return {**named, **described, "startedAt": self.started, "updatedAt": self.updated}

    def answer(self) -> dict[str, Any]:
        """Returns the job as ``GetIngestionJob`` tells it."""
        return {**self.row(), **({"failureReasons": list(self.reasons)} if self.reasons else {})}
