"""The one address of the embedded AWS: labels every answer with its provenance, and tells it on request."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from blueprints.local import operations, provenance
from blueprints.local.dispatch import Application, Served, served
from blueprints.local.operations import Call, Request
from blueprints.local.provenance import Ledger

REPORT_PATH = "/_local/report"

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class FrontDoor:
    """Stands before the emulators.

    Args:
        application: Answers everything but the report.
        ledger: Remembers who answered what.
    """

    def __init__(self, application: Application, ledger: Ledger) -> None:
        self._application = application
        self._ledger = ledger

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
        elif scope["path"] == REPORT_PATH:
            await self._report(send)
        else:
            await self._labelled(scope, receive, send)

    async def _report(self, send: Send) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(self._ledger.report(), indent=1).encode()})

    async def _labelled(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        context = Served(scope["method"], path=scope["raw_path"].decode("latin-1"))
        served.set(context)

        async def label(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (provenance.HEADER.encode(), context.provenance.encode())]}
                self._note(context, scope, message["status"])
            await send(message)

        await self._application(scope, receive, label)

    def _note(self, context: Served, scope: dict[str, Any], status: int) -> None:
        call = context.call or _identify(scope)
        if call:
            self._ledger.note_call(call.service, call.operation, context.provenance, status)


def _identify(scope: dict[str, Any]) -> Call | None:
    """Identifies a call that was answered before it came to a handler, as far as its headers tell."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    request = Request(scope["method"], scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1"), headers)
    if request.signing_name == "execute-api":
        return Call("execute-api", "Invoke")
    return operations.identify(request)
