"""The end of an attempt: recorded once, and told to people and programs."""

import json
from dataclasses import dataclass
from typing import Any

from documents import tables
from documents.clients import client
from documents.naming import execution_name
from documents.runtime import count, count_by, logger
from transforms import rows

LONGEST_MESSAGE = 500
TOLD = ("request", "status", "attempt", "job", "output_uri", "objects", "bytes", "records", "outputs", "instance_hours", "reason")


@dataclass(frozen=True)
class Places:
    """Where ends are recorded and told."""

    transforms_table: str
    failed_queue_url: str
    success_topic_arn: str
    error_topic_arn: str
    retention_days: int = 0


def reason(code: str, message: str) -> dict[str, str]:
    """Why there is no result, as the row and the messages have it."""
    return {"code": code, "message": message[:LONGEST_MESSAGE]}


def finish(plan: dict[str, Any], outcome: dict[str, Any], places: Places) -> bool:
    """Records the end of an attempt and tells of it; once, however often it is called. What ended first counts.

    Returns:
        Whether there was anything left to do.
    """
    name = execution_name(plan["id"], plan["attempt"])
    row = rows.end(places.transforms_table, plan, outcome, retention_days=places.retention_days)
    row = row or rows.get(places.transforms_table, plan["id"])
    if row["attempt"] != plan["attempt"] or row.get("notified") == name:
        logger.info("the end is no news")
        return False
    _tell(row, places)
    rows.notified(places.transforms_table, plan["id"], name)
    return True


def _tell(row: dict[str, Any], places: Places) -> None:
    succeeded = row["status"] == rows.SUCCEEDED
    notice = {"transform": row[rows.KEY], "at": row["completed_at"], **{name: row[name] for name in TOLD if name in row}}
    if succeeded:
        count("TransformsSucceeded")
        count("ObjectsTransformed", row["objects"])
    else:
        client("sqs").send_message(QueueUrl=places.failed_queue_url, MessageBody=json.dumps(next_event(row)))
        count_by("TransformsFailed", "code", row["reason"]["code"])
        logger.warning("failed", code=row["reason"]["code"])
    topic = places.success_topic_arn if succeeded else places.error_topic_arn
    client("sns").publish(TopicArn=topic, Message=json.dumps(notice))


def next_event(row: dict[str, Any]) -> dict[str, Any]:
    """What asks for the transform of a row again."""
    event: dict[str, Any] = json.loads(row["event"])
    cause = {"transform": row[rows.KEY], "attempt": row["attempt"], "status": row["status"], "at": tables.now(), **row["reason"]}
    return event | {"attempt": row["attempt"] + 1, "rejection": cause}
