from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from blueprints.trying.answers import bearer
from blueprints.trying.predictions import Predictions, Reply


class Model(BaseHTTPRequestHandler):
    """Gives back what it got, and refuses what is empty."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = f"{self.path} {self.headers['Content-Type']} {self.headers.get('Authorization')} {self.headers.get('X-Tenant')} ".encode()
        self.send_response(200 if body else 400)
        self.send_header("Content-Type", "text/csv" if body else "application/json")
        self.end_headers()
        self.wfile.write(told + body if body else b'{"message": "The body must not be empty.", "request_id": "1"}')

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_the_body_its_type_and_the_token_are_sent(serve: Any) -> None:
    address = serve(Model)
    reply = Predictions(bearer("token")).ask(f"{address}/models/sales/predictions", b"1,2", "text/csv", {"X-Tenant": "acme"})
    assert (reply.status, reply.content_type, reply.message) == (200, "text/csv", "")
    assert reply.text == "/models/sales/predictions text/csv token acme 1,2"


def test_somebody_unknown_sends_no_token(serve: Any) -> None:
    assert " None None " in Predictions().ask(f"{serve(Model)}/", b"1,2", "text/csv").text


def test_a_refusal_is_told(serve: Any) -> None:
    reply = Predictions().ask(f"{serve(Model)}/", b"", "text/csv")
    assert (reply.status, reply.message) == (400, "The body must not be empty.")


@pytest.mark.parametrize(("body", "message"), [(b"Forbidden", "Forbidden"), (b"[]", ""), (b'{"error": 1}', ""), (b"\xff", "\ufffd")])
def test_errors_of_another_form_are_told_as_far_as_they_can_be(body: bytes, message: str) -> None:
    assert Reply(403, "text/plain", body, 0.1).message == message
