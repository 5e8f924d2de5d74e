"""Every answer says where it comes from."""

import asyncio
import json
from typing import Any

import pytest

from blueprints.local.dispatch import served
from blueprints.local.front_door import FrontDoor
from blueprints.local.operations import Call
from blueprints.local.provenance import Ledger

SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{}/aws4_request"


async def emulators(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        await send({"type": "lifespan.startup.complete"})
        return
    if scope["path"] == "/stand-in":
        context = served.get()
        context.provenance, context.call = "stand-in words", Call("comprehend", "DetectEntities")
    await send({"type": "http.response.start", "status": 404 if scope["path"] == "/bucket/gone" else 200, "headers": []})
    await send({"type": "http.response.body", "body": b"answer"})


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def ask(ledger: Ledger, path: str, service: str = "", kind: str = "http") -> list[dict[str, Any]]:
    """Returns the messages that are sent."""
    headers = [(b"authorization", SIGNED.format(service).encode())] if service else []
    scope = {"type": kind, "path": path, "raw_path": path.encode(), "query_string": b"", "method": "GET", "headers": headers}
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    asyncio.run(FrontDoor(emulators, ledger)(scope, receive, send))
    return messages


def test_answers_carry_their_provenance(ledger: Ledger) -> None:
    start, body = ask(ledger, "/bucket/key", "s3")
    assert start["headers"] == [(b"x-local-provenance", b"real")]
    assert body["body"] == b"answer"
    assert ask(ledger, "/stand-in", "comprehend")[0]["headers"] == [(b"x-local-provenance", b"stand-in words")]


def test_calls_are_noted_with_their_outcome(ledger: Ledger) -> None:
    for path in ("/bucket/key", "/bucket/gone"):
        ask(ledger, path, "s3")
    ask(ledger, "/stand-in", "comprehend")
    ask(ledger, "/v1/reviews", "execute-api")
    rows = [(row["service"], row["operation"], row["count"], row["failed"]) for row in ledger.report()["calls"]]
    assert rows == [("comprehend", "DetectEntities", 1, 0), ("execute-api", "Invoke", 1, 0), ("s3", "GetObject", 2, 1)]


def test_requests_that_are_no_calls_are_not_noted(ledger: Ledger) -> None:
    ask(ledger, "/health")
    assert ledger.report()["calls"] == []


def test_the_report_is_told(ledger: Ledger) -> None:
    ask(ledger, "/bucket/key", "s3")
    start, body = ask(ledger, "/_local/report")
    assert start["status"] == 200
    assert json.loads(body["body"]) == ledger.report()


def test_everything_else_is_left_to_the_emulators(ledger: Ledger) -> None:
    assert ask(ledger, "", kind="lifespan") == [{"type": "lifespan.startup.complete"}]
