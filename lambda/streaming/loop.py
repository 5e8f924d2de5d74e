"""The loop that stands in for the managed runtime's: one event after the other, each answered while it is being handled."""

import itertools
import json
import os
import sys
from collections.abc import Generator
from typing import NoReturn

from streaming.context import Context
from streaming.errors import described
from streaming.handlers import Handler
from streaming.invocations import Disconnected, Invocation, RuntimeApi

TRACE = "_X_AMZN_TRACE_ID"


def run(api: RuntimeApi, handler: Handler) -> NoReturn:
    """Serves events until the process is ended."""
    while True:
        serve(api, handler)


def serve(api: RuntimeApi, handler: Handler) -> None:
    """Takes one event and streams what ``handler`` yields for it.

    The response is opened with the first chunk, so that Lambda learns of an error before it as of any other function's.
    """
    invocation = api.next()
    _trace(invocation.trace_id)
    chunks = _chunks(handler, invocation)
    try:
        first = next(chunks, b"")
    except Exception as error:
        _log(invocation, "the handler failed", **described(error))
        api.fail(invocation.request_id, error)
        return
    try:
        failure = api.respond(invocation.request_id, itertools.chain((first,), chunks))
    except Disconnected:
        _log(invocation, "the response was no longer wanted")
        return
    finally:
        chunks.close()
    if failure is not None:
        _log(invocation, "the handler failed behind its first chunk", **described(failure))


def _chunks(handler: Handler, invocation: Invocation) -> Generator[bytes, None, None]:
    """What the handler yields; closing this closes the handler."""
    yield from handler(invocation.event, Context(invocation.request_id, invocation.arn, invocation.deadline_ms))


def _trace(trace_id: str | None) -> None:
    """Tells X-Ray's SDK which trace this invocation belongs to."""
    if trace_id is None:
        os.environ.pop(TRACE, None)
    else:
        os.environ[TRACE] = trace_id


def _log(invocation: Invocation, message: str, **keys: str) -> None:
    line = {"level": "ERROR", "message": message, "function_request_id": invocation.request_id} | keys
    sys.stdout.write(json.dumps(line) + "\n")
