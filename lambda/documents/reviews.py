"""Review records.

A record is PENDING until a reviewer decides (DECIDED) or the workflow stops waiting (EXPIRED). A decision is recorded first and sent
second, so that a crash in between loses nothing: whoever meets a decision that was not sent yet sends it.
"""

from typing import Any

from botocore.exceptions import ClientError

from documents import tables
from documents.errors import is_code

PENDING, DECIDED, EXPIRED = "PENDING", "DECIDED", "EXPIRED"
TIMED_OUT = "timed_out"
OUTCOMES = {"approve": "approved", "correct": "corrected", "reject": "rejected"}

_UNDECIDED = "attribute_not_exists(#id) OR #status <> :decided"


def outcome(decision: dict[str, Any]) -> dict[str, Any]:
    """What the workflow is told of a reviewer's decision."""
    return {
        "outcome": OUTCOMES[decision["decision"]],
        "reviewer": decision["reviewer"],
        "corrections": decision["corrections"],
        "comment": decision["comment"],
    }


def open_review(table: str, review_id: str, content: dict[str, Any], *, task_token: str, retention_days: int) -> dict[str, Any]:
    """The review, open for ``task_token`` unless it is decided already."""
    values = {"status": PENDING, "task_token": task_token, "expires_at": tables.expiry(retention_days), "created_at": tables.now()}
    try:
        return tables.update(table, {"id": review_id}, values | content, condition=_UNDECIDED, operands={"decided": DECIDED})
    except ClientError as error:
        if is_code(error, "ConditionalCheckFailedException"):
            return tables.update(table, {"id": review_id}, {"task_token": task_token})
        raise


def mark(table: str, review_id: str, name: str) -> None:
    """Notes the time under ``name``."""
    tables.update(table, {"id": review_id}, {name: tables.now()})


def decide(table: str, review_id: str, decision: dict[str, Any]) -> dict[str, Any] | None:
    """The record with ``decision``, or None when the review is not pending."""
    try:
        values = {"status": DECIDED, "decision": decision, "decided_at": tables.now()}
        return tables.update(table, {"id": review_id}, values, condition="#status = :pending", operands={"pending": PENDING})
    except ClientError as error:
        if is_code(error, "ConditionalCheckFailedException"):
            return None
        raise


def expire(table: str, review_id: str) -> None:
    """Marks a review that the workflow no longer waits for, if there is one whose decision did not reach it."""
    condition = "attribute_exists(#id) AND attribute_not_exists(#answered_at)"
    try:
        tables.update(table, {"id": review_id}, {"status": EXPIRED}, condition=condition)
    except ClientError as error:
        if not is_code(error, "ConditionalCheckFailedException"):
            raise


def settle(table: str, review_id: str, applied: str) -> None:
    """Brings the record in line with what the workflow went on with."""
    if applied == TIMED_OUT:
        expire(table, review_id)
    else:
        mark(table, review_id, "answered_at")
