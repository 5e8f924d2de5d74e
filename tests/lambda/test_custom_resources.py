import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

import custom_resources

CONTEXT: Any = SimpleNamespace(log_stream_name="2026/11/20/stream")


class Answers(BaseHTTPRequestHandler):
    """Takes what a custom resource answers."""

    received: list[dict[str, Any]] = []

    def do_PUT(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Keeps the output of the tests clean."""


@pytest.fixture
def cloudformation() -> Iterator[str]:
    Answers.received.clear()
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/answer"
    server.shutdown()
    server.server_close()
    thread.join()


def event(url: str) -> dict[str, Any]:
    return {"ResponseURL": url, "StackId": "stack", "RequestId": "request", "LogicalResourceId": "Emptier", "ResourceProperties": {}}


def test_what_the_work_returns_is_answered(cloudformation: str) -> None:
    custom_resources.run(event(cloudformation), CONTEXT, physical_id="bucket", work=lambda: {"Count": "3"})
    assert Answers.received == [
        {
            "Data": {"Count": "3"},
            "LogicalResourceId": "Emptier",
            "PhysicalResourceId": "bucket",
            "Reason": "",
            "RequestId": "request",
            "StackId": "stack",
            "Status": "SUCCESS",
        }
    ]


def test_a_failure_is_answered_with_its_reason_and_where_to_read_on(cloudformation: str) -> None:
    def work() -> dict[str, str]:
        raise LookupError("no such thing")

    custom_resources.run(event(cloudformation), CONTEXT, physical_id="bucket", work=work)
    (answer,) = Answers.received
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", "bucket")
    assert answer["Reason"] == "LookupError: no such thing (log stream 2026/11/20/stream)"


@pytest.mark.parametrize("url", ["http://example.com/", "file:///etc/passwd", "http://127.0.0.1.example.com:80/"])
def test_only_addresses_that_cloudformation_signs_are_answered(url: str) -> None:
    with pytest.raises(ValueError, match="ResponseURL must be an https address"):
        custom_resources.run(event(url), CONTEXT, physical_id="bucket", work=dict)
