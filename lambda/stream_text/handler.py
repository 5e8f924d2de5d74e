"""Passes on what a language model writes while it writes."""

import json
from collections.abc import Iterator
from typing import Any

from generations.prompts import prompt_of
from generations.settings import GenerationSettings
from generations.streaming import streamed
from inference.callers import claims_of
from inference.deadlines import Deadline
from inference.requests import parse
from inference.responses import failure
from inference.runtime import count, named
from inference.settings import settings
from stream_text.logic import written
from streaming.http_format import event as server_sent
from streaming.http_format import opening

HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@streamed
def handler(event: Any, context: Any) -> Iterator[bytes]:
    """Streams one text as server-sent events: ``text`` …, then ``done`` with the whole of it.

    An error before the first event becomes an HTTP error, one after it the event ``error`` and an error of the function.
    """
    begun, request_id = False, context.aws_request_id
    try:
        told = settings(GenerationSettings)
        claims_of(event, told)
        for name, data in written(prompt_of(parse(event, told), told), told, Deadline(context), request_id):
            sent = server_sent(name, data)
            yield sent if begun else opening(200, HEADERS | {"x-request-id": request_id}) + sent
            begun = True
        count("Predictions")
    except Exception as error:  # whatever it is, the caller gets no text of it
        cause = named(error)
        response = failure(cause, request_id)
        if not begun:
            yield opening(response["statusCode"], response["headers"]) + response["body"].encode()
            return
        yield server_sent("error", json.loads(response["body"]))
        raise cause from None
