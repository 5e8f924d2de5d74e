"""Answers a question while the answer is being written."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from questions.answering import answered, inquiry
from questions.responses import HEADERS, failure
from questions.runtime import named, streamed
from questions.settings import settings
from stream_answer.logic import converse_stream
from streaming.http_format import event as server_sent
from streaming.http_format import opening

STREAM_HEADERS = HEADERS | {"Content-Type": "text/event-stream"}


@streamed
def handler(event: Any, context: Any) -> Iterator[bytes]:
    """Streams the answer to one request of API Gateway as server-sent events: ``passages``, ``text`` …, ``done``.

    ``passages`` begins the text anew, as when the guardrail stopped a passage; ``done`` tells which answer stands.
    An error before the first event becomes an HTTP error, one after it the event ``error`` and an error of the function.
    """
    begun = False
    try:
        for step in answered(inquiry(event, context, settings()), converse_stream, context.aws_request_id):
            sent = server_sent(step.name, step.data)
            yield sent if begun else opening(HTTPStatus.OK, STREAM_HEADERS) + sent
            begun = True
    except Exception as error:  # whatever it is, the caller gets no text of it
        cause = named(error)
        status, body, headers = failure(cause, context.aws_request_id)
        if not begun:
            yield opening(status, HEADERS | headers) + json.dumps(body).encode()
            return
        yield server_sent("error", body)
        raise cause from None
