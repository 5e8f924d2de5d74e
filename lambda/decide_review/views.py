"""What the review API shows; never a task token."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from documents import tables
from documents.clients import client
from documents.errors import is_code
from documents.reviews import DECIDED, EXPIRED, PENDING

STATUSES = (PENDING, DECIDED, EXPIRED)
INDEX = "by-status"
DEFAULT_LIMIT, MAX_LIMIT = 25, 100
SUMMARY = ("id", "status", "created_at", "fields_total", "document")
DETAIL = (*SUMMARY, "attempt", "assembly", "fields", "decision", "decided_at", "answered_at")


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a body."""

    status: int
    body: dict[str, Any]

    def json(self) -> str:
        """The body as text."""
        return json.dumps(self.body)


@dataclass(frozen=True)
class Wrong:
    """A part of a request that is wrong."""

    field: str
    message: str


_FOREIGN_NEXT = Wrong("next", "must be the value of next of the previous page")


def refused(wrong: list[Wrong]) -> Answer:
    """400 with everything that is wrong."""
    return Answer(400, {"errors": [vars(part) for part in wrong]})


def failure(status: int, message: str) -> Answer:
    """An error of another kind."""
    return Answer(status, {"errors": [{"field": "", "message": message}]})


def unknown() -> Answer:
    """404."""
    return failure(404, "There is no such review.")


def listed(table: str, query: dict[str, str]) -> Answer:
    """One page of reviews: ``status`` (PENDING), ``limit`` (25, at most 100), ``next`` as the previous page gave it."""
    wrong: list[Wrong] = []
    status = query.get("status", PENDING)
    if status not in STATUSES:
        wrong.append(Wrong("status", f"must be one of {', '.join(STATUSES)}"))
    limit = _limit(query.get("limit", str(DEFAULT_LIMIT)), wrong)
    start = _start(query.get("next"), wrong)
    if wrong:
        return refused(wrong)
    try:
        page = _query(table, status, limit, start)
    except ClientError as error:
        if start and is_code(error, "ValidationException"):
            return refused([_FOREIGN_NEXT])
        raise
    last = page.get("LastEvaluatedKey")
    following = base64.urlsafe_b64encode(json.dumps(tables.plain(last)).encode()).decode() if last else None
    return Answer(200, {"reviews": [_part(tables.plain(item), SUMMARY) for item in page["Items"]], "next": following})


def single(table: str, review_id: str) -> Answer:
    """One review."""
    review = tables.get(table, {"id": review_id})
    return Answer(200, _part(review, DETAIL)) if review else unknown()


def _query(table: str, status: str, limit: int, start: dict[str, Any] | None) -> dict[str, Any]:
    position = {"ExclusiveStartKey": tables.attributes(start)} if start else {}
    page: dict[str, Any] = client("dynamodb").query(
        TableName=table,
        IndexName=INDEX,
        Limit=limit,
        KeyConditionExpression="#status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status}},
        **position,
    )
    return page


def _limit(text: str, wrong: list[Wrong]) -> int:
    limit = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LIMIT)) else 0
    if not 1 <= limit <= MAX_LIMIT:
        wrong.append(Wrong("limit", f"must be a number from 1 to {MAX_LIMIT}"))
    return limit


def _start(token: str | None, wrong: list[Wrong]) -> dict[str, str] | None:
    if token is None:
        return None
    try:
        start = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
        if not isinstance(start, dict) or not all(isinstance(value, str) for value in start.values()):
            raise TypeError
    except (ValueError, TypeError, binascii.Error):
        wrong.append(_FOREIGN_NEXT)
        return None
    return start


def _part(review: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: review[name] for name in names if name in review}
