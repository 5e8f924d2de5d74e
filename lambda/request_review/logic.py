"""Opens a review: a record with the fields in doubt and a message for the reviewers."""

import json
from dataclasses import dataclass
from typing import Any

from documents import answers, reviews, storage
from documents.clients import client
from documents.naming import Document, execution_name
from documents.runtime import count
from documents.storage import Location

FIELDS_BYTES = 200_000


@dataclass(frozen=True)
class Settings:
    """What this function is told.

    Args:
        reviews_table: Where reviews are kept.
        review_queue_url: Where reviewers hear of them.
        retention_days: After how many days records go, 0 for never.
    """

    reviews_table: str
    review_queue_url: str
    retention_days: int


def request(document: Document, attempt: int, assembly: Location, task_token: str, settings: Settings) -> str:
    """Opens the review, or hands an open one to this token; returns its id.

    A repeated request announces nothing twice, and a decision that could not be delivered before is delivered now.
    """
    review_id = execution_name(document.id, attempt)
    fields, total = _fields(storage.read_json(assembly))
    review = reviews.open_review(
        settings.reviews_table,
        review_id,
        {"document": document.as_dict(), "attempt": attempt, "assembly": assembly, "fields": fields, "fields_total": total},
        task_token=task_token,
        retention_days=settings.retention_days,
    )
    if review["status"] == reviews.DECIDED:
        answers.send(task_token, reviews.outcome(review["decision"]))
    elif "announced_at" not in review:
        message = {"review_id": review_id, "document_id": document.id, "bucket": document.bucket, "key": document.key, "fields": total}
        client("sqs").send_message(QueueUrl=settings.review_queue_url, MessageBody=json.dumps(message))
        reviews.mark(settings.reviews_table, review_id, "announced_at")
        count("ReviewsRequested")
    return review_id


def _fields(assembly: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """The fields in doubt, as many as fit into a record, and their number."""
    doubtful = [assembly["fields"][number] for number in assembly["low_confidence"]]
    fitting: list[dict[str, Any]] = []
    size = 0
    for field in doubtful:
        size += len(json.dumps(field, ensure_ascii=False).encode(errors="replace"))
        if size > FIELDS_BYTES:
            break
        fitting.append(field)
    return fitting, len(doubtful)
