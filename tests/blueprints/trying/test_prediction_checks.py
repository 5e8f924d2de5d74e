from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from blueprints.trying import prediction_checks
from blueprints.trying.prediction_checks import Model, refusal
from blueprints.trying.trial import Session
from tests.blueprints.trying.front_deployment import refused

ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


class Echo(BaseHTTPRequestHandler):
    """Answers with how it was asked."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(f"{self.headers['Content-Type']} {self.headers.get('Authorization', 'nobody')}".encode())

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def model(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch, **outputs: str) -> Model:
    monkeypatch.setattr(prediction_checks, "reachable", lambda url, _: url)
    monkeypatch.setattr(prediction_checks, "Members", lambda *_: SimpleNamespace(token=lambda tenant: f"token of {tenant}"))
    aws: Any = SimpleNamespace(endpoint_url=serve(Echo), environment=ENVIRONMENT)
    return Model(Session(aws, {"PredictionsUrl": "url", **outputs}, SimpleNamespace()))  # type: ignore[arg-type]


def test_users_of_a_pool_show_their_token(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text("[1]")
    assert model(serve, monkeypatch, UserPoolId="pool").ask_file(file).text == "application/json token of None"


def test_identities_of_iam_sign(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert model(serve, monkeypatch).ask(b"1", "text/csv").text.startswith("text/csv AWS4-HMAC-SHA256 Credential=key/")


def test_nobody_shows_nothing(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert model(serve, monkeypatch).ask_as_nobody(b"1", "text/csv").text == "text/csv nobody"


def test_a_refusal_is_known_by_its_code() -> None:
    def deny(**_: Any) -> None:
        raise refused("AccessDeniedException")

    assert refusal(SimpleNamespace(invoke_endpoint=deny), "endpoint", b"1", "text/csv") == "AccessDeniedException"
    assert refusal(SimpleNamespace(invoke_endpoint=lambda **_: None), "endpoint", b"1", "text/csv") is None
