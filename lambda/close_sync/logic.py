"""What is left to do after a run ended badly.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
from typing import Any

from documents.clients import client
from documents.errors import MalformedEvent
from syncing import runs

ENDS = ("ABORTED", "FAILED", "TIMED_OUT")
PAUSE_SECONDS = 300
"""Runs that fail at once follow each other no faster than this."""


def name_of(detail: dict[str, Any]) -> str:
    """The name of the execution that ended.

    Raises:
        MalformedEvent: It ended well, or there is no execution.
    """
    name = detail.get("name")
    if detail.get("status") not in ENDS or not isinstance(name, str) or not name:
        raise MalformedEvent("MALFORMED_EVENT", "The event is no bad end of an execution.")
    return name


def ask_again(item: dict[str, Any], queue_url: str) -> bool:
    """Asks for another run unless one is under way, or the last one took all changes; says whether it did."""
    if runs.held(item) or not runs.left_over(item):
        return False
    body = json.dumps({"source": "blueprint.left"})
    client("sqs").send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=PAUSE_SECONDS)
    return True
