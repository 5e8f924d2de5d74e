import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from blueprints.trying.texts import Text, Texts
from tests.blueprints.trying.conftest import Serve

WHOLE = {"choices": [{"message": {"content": "Hello."}}]}


class Api(BaseHTTPRequestHandler):
    """Answers with what it is asked to say, whole or in pieces."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        stream = self.path.endswith("/stream")
        self.send_response(asked["status"])
        self.send_header("Content-Type", "text/event-stream" if stream else "application/json")
        self.send_header("Retry-After", "60")
        self.end_headers()
        self.wfile.write(asked["body"].encode())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def texts(serve: Serve) -> Texts:
    return Texts(f"{serve(Api)}/generations")


def test_a_text_is_what_the_model_said(texts: Texts) -> None:
    text = texts.ask(status=200, body=json.dumps(WHOLE))
    assert (text.status, text.said, text.headers["retry-after"]) == (200, "Hello.", "60")
    assert text.seconds > 0


@pytest.mark.parametrize(("body", "said"), [('{"message": "Ask again."}', "Ask again."), ("<html>", "<html>"), ("[]", "[]")])
def test_an_error_says_what_is_wrong(texts: Texts, body: str, said: str) -> None:
    text = texts.ask(status=429, body=body)
    assert (text.status, text.said) == (429, said)


def test_a_stream_is_its_pieces_and_its_end(texts: Texts) -> None:
    events = [("text", {"text": "Hel"}), ("text", {"text": "lo."}), ("done", WHOLE)]
    text = texts.stream(status=200, body="".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events))
    assert (text.pieces, text.said) == (("Hel", "lo."), "Hello.")
    assert text.first_seconds is not None


def test_a_stream_without_an_end_is_refused(texts: Texts) -> None:
    with pytest.raises(ValueError, match="a stream must end with done or error, got 1 pieces"):
        texts.stream(status=200, body='event: text\ndata: {"text": "Hel"}\n\n')


def test_a_response_that_says_nothing_says_nothing() -> None:
    assert Text(200, {"choices": []}).said == ""
