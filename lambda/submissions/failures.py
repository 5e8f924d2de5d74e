"""What becomes of inputs without an answer: people find them in a queue, in the form in which the intake takes them again."""

import json
from typing import Any

from documents import tables
from documents.clients import client
from documents.naming import execution_name
from submissions import rows

LONGEST_MESSAGE = 500


def reason(code: str, message: str) -> dict[str, str]:
    """Why there is no answer, as the row and the message have it."""
    return {"code": code, "message": message[:LONGEST_MESSAGE]}


def tell(table: str, queue_url: str, row: dict[str, Any]) -> bool:
    """Puts the event of a row into a queue, raised to the next attempt; once for each attempt, however often it is called.

    Returns:
        Whether there was anything left to tell.
    """
    name = execution_name(row[rows.KEY], row["attempt"])
    if row.get("notified") == name:
        return False
    client("sqs").send_message(QueueUrl=queue_url, MessageBody=json.dumps(_next_event(row)))
    rows.notified(table, row[rows.KEY], name)
    return True


def _next_event(row: dict[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(row["event"])
    cause = {"inference": row[rows.KEY], "attempt": row["attempt"], "status": row["status"], "at": tables.now(), **row["reason"]}
    return event | {"attempt": row["attempt"] + 1, "rejection": cause}
