"""Calls the model and passes its words on as they come."""

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from questions.attempts import attempted, observe
from questions.clients import client
from questions.deadlines import Deadline
from questions.errors import Busy
from questions.guardrails import verdict
from questions.replies import Reply, Usage
from questions.shapes import part, text

READ_SECONDS = 60
"""Between two events of the stream."""


def converse_stream(request: dict[str, Any], deadline: Deadline) -> Iterator[str | Reply]:
    """Yields each piece of text and, at the end, the reply.

    The guardrail looks at text before it is sent (``sync``): what it stops is never seen, but what came before it is.
    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-streaming.html
    """
    guardrail = request["guardrailConfig"] | {"streamProcessingMode": "sync"}
    parameters = request | {"guardrailConfig": guardrail}
    response = attempted(lambda seconds: client("bedrock-runtime", seconds).converse_stream(**parameters), deadline, READ_SECONDS)
    try:
        yield from _pieces(response.get("stream") or (), deadline)
    except (ClientError, BotoCoreError) as error:
        observe(error)
        raise
    except HTTPError as error:  # botocore doesn't translate what the connection raises between events
        raise Busy(type(error).__name__, "The model broke off. Ask again later.") from None


def _pieces(events: Iterable[Any], deadline: Deadline) -> Iterator[str | Reply]:
    """The text, one piece behind: the last piece may be what the guardrail puts in place of the answer."""
    pieces: list[str] = []
    stop_reason, usage, trace = "", Usage(), part(None)
    for event in events:
        if deadline.seconds() <= 0:
            raise Busy("OUT_OF_TIME", "The answer took too long. Ask again later.")
        if piece := text(part(event, "contentBlockDelta", "delta"), "text"):
            if pieces:
                yield pieces[-1]
            pieces.append(piece)
        stop_reason = text(part(event, "messageStop"), "stopReason") or stop_reason
        usage += Usage.of(part(event, "metadata", "usage"))
        trace = part(event, "metadata", "trace") or trace
    reply = Reply("".join(pieces), stop_reason, usage, verdict(trace))
    if pieces and stop_reason != "guardrail_intervened":
        yield pieces[-1]
    yield reply
