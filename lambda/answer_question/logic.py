"""Calls the model and waits for its whole reply."""

from collections.abc import Iterator
from typing import Any

from questions.attempts import attempted
from questions.clients import client
from questions.deadlines import Deadline
from questions.replies import Reply, reply_of

READ_SECONDS = 600


def converse(request: dict[str, Any], deadline: Deadline) -> Iterator[str | Reply]:
    """Yields the reply; it may take all the time that is left."""
    response = attempted(lambda seconds: client("bedrock-runtime", seconds).converse(**request), deadline, READ_SECONDS)
    yield reply_of(response)
