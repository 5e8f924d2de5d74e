"""No request, prediction, caller or text of a container reaches a log line, a metric, an exception or a trace."""

import importlib
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from inference.settings import settings
from tests import inference_fakes
from tests.inference_fakes import VARIABLES, error, model_error, prediction, request

LAMBDA = Path(__file__).parents[2] / "lambda"
CANARY = "canary7Q"
CLAIMS = {"aud": CANARY, "sub": CANARY, "email": f"{CANARY}@example.com"}
ASK = request(f"{CANARY},1", claims=CLAIMS, headers={"Content-Type": "text/csv", "Authorization": CANARY})
HANDLERS = ["invoke_endpoint"]


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    inference_fakes.configure(monkeypatch)
    monkeypatch.setattr("inference.attempts.WAITS_SECONDS", ())
    yield
    settings.cache_clear()


@pytest.fixture
def written(printed: Callable[[], str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.INFO)
    return lambda: printed() + caplog.text + "".join(str(vars(record)) for record in caplog.records)


def run(name: str, event: Any, context: Any) -> dict[str, Any]:
    found: dict[str, Any] = importlib.import_module(f"{name}.handler").handler(event, context)
    return found


RAISED: list[Exception] = [
    error("ValidationError", message=CANARY),
    error("AccessDeniedException", message=f"arn:aws:sagemaker:{CANARY}"),
    error("Other", message=CANARY),
    model_error(400, CANARY),
    model_error(500, CANARY),
    ValueError(CANARY),
    KeyError(CANARY),
    UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
]


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: type(raised).__name__)
def test_a_failing_call_leaks_nothing(
    context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, raised: Exception
) -> None:
    def failing(*_: Any) -> None:
        raise raised

    monkeypatch.setattr(BaseClient, "_make_api_call", failing)
    answered = run(name, ASK, context)
    assert answered["statusCode"] >= 400
    assert CANARY not in json.dumps(answered) + written()


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("odd", [{}, {"Body": CANARY}, {"Body": None, "ContentType": CANARY}])
def test_an_absurd_answer_leaks_nothing(
    context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, odd: Any
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: dict(odd))
    answered = run(name, ASK, context)
    assert answered["statusCode"] == 500
    assert CANARY not in json.dumps(answered) + written()


@pytest.mark.parametrize("name", HANDLERS)
def test_a_prediction_is_in_the_response_and_nowhere_else(
    context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: prediction(CANARY.encode()))
    assert CANARY in run(name, ASK, context)["body"]
    assert CANARY not in written()


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize(
    "event",
    [
        {CANARY: CANARY},
        {"body": CANARY},
        request(CANARY * 1000),
        request(CANARY, CANARY),
        request(CANARY, f"text/csv; charset={CANARY}"),
        request(f"{CANARY}%", isBase64Encoded=True),
        request(CANARY, headers={"Content-Type": "text/csv", "Accept": f"{CANARY}é"}),
    ],
)
def test_a_request_at_fault_leaks_nothing(context: Any, written: Callable[[], str], name: str, event: Any) -> None:
    answered = run(name, event, context)
    assert 400 <= answered["statusCode"] < 500
    assert CANARY not in json.dumps(answered) + written()


TRACED = f"""
import io
import botocore.client
from invoke_endpoint.handler import handler

class Context:
    function_name = function_version = invoked_function_arn = aws_request_id = "x"
    memory_limit_in_mb = 128
    get_remaining_time_in_millis = lambda self: 29_000

def failing(*_):
    raise ValueError({CANARY!r})

botocore.client.BaseClient._make_api_call = lambda *_: {{"Body": io.BytesIO({CANARY!r}.encode()), "ContentType": "text/csv"}}
assert {CANARY!r} in handler({ASK!r}, Context())["body"]
botocore.client.BaseClient._make_api_call = failing
assert handler({ASK!r}, Context())["statusCode"] == 500
"""


def test_a_trace_holds_neither_requests_nor_answers_nor_the_text_of_errors(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        variables = {
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "LAMBDA_TASK_ROOT": str(tmp_path),
            "POWERTOOLS_METRICS_NAMESPACE": "Tests",
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        }
        kept = {name: value for name, value in os.environ.items() if name != "POWERTOOLS_TRACE_DISABLED"}
        environment = kept | VARIABLES | variables
        done = subprocess.run([sys.executable, "-c", TRACED], cwd=LAMBDA, env=environment, capture_output=True, text=True, check=True)
        segments = [daemon.recv(65_536).decode() for _ in range(2)]
    assert all("## handler" in segment for segment in segments)
    assert CANARY not in "".join(segments) + done.stdout + done.stderr
