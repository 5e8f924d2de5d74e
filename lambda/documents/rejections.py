"""What becomes of a document that was refused or whose execution failed."""

import json
from dataclasses import dataclass
from typing import Any

from documents import index, reviews, tables
from documents.clients import client
from documents.naming import Document, execution_name
from documents.runtime import count, count_by, logger

ENDED_WELL = ("SUCCEEDED", "REJECTED")


@dataclass(frozen=True)
class Rejection:
    """One attempt that ended without a result."""

    document: Document
    attempt: int
    event: dict[str, Any]
    status: str
    code: str
    message: str

    @property
    def name(self) -> str:
        """The execution's name, by which repeated rejections are recognised."""
        return execution_name(self.document.id, self.attempt)


@dataclass(frozen=True)
class Places:
    """Where rejections are recorded; an empty ``reviews_table`` stands for a deployment without reviews."""

    index_table: str
    rejected_queue_url: str
    reviews_table: str = ""
    retention_days: int = 0


def reject(rejection: Rejection, places: Places) -> bool:
    """Records ``rejection`` and puts the event, raised to the next attempt, into the rejected queue; once, however often it is called.

    Returns:
        Whether there was anything left to do.
    """
    document, attempt = rejection.document, rejection.attempt
    row = tables.get(places.index_table, {"document": document.path})
    if row.get("notified") == rejection.name or _overtaken(row, document, attempt):
        logger.info("the attempt is already recorded")
        return False
    if places.reviews_table:
        reviews.expire(places.reviews_table, rejection.name)
    reason = {"code": rejection.code, "message": rejection.message}
    content = {"reason": reason, "expires_at": tables.expiry(places.retention_days)}
    newest = index.record(places.index_table, document, attempt, rejection.status, content)
    client("sqs").send_message(QueueUrl=places.rejected_queue_url, MessageBody=json.dumps(_next_event(rejection)))
    if newest:
        tables.update(places.index_table, {"document": document.path}, {"notified": rejection.name})
    _count(rejection)
    return True


def _overtaken(row: dict[str, Any], document: Document, attempt: int) -> bool:
    if row.get("id") != document.id:
        return False
    return bool(row["attempt"] > attempt or (row["attempt"] == attempt and row["status"] in ENDED_WELL))


def _next_event(rejection: Rejection) -> dict[str, Any]:
    cause = {
        "status": rejection.status,
        "code": rejection.code,
        "message": rejection.message,
        "attempt": rejection.attempt,
        "at": tables.now(),
    }
    return rejection.event | {"attempt": rejection.attempt + 1, "rejection": cause | {"document_id": rejection.document.id}}


def _count(rejection: Rejection) -> None:
    logger.warning("rejected", status=rejection.status, code=rejection.code)
    if rejection.status == "REFUSED":
        count_by("DocumentsRefused", "code", rejection.code)
    else:
        count("DocumentsFailed")
