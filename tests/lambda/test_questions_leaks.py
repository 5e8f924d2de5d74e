"""No question, answer, passage, source, caller or tenant reaches a log line, a metric, an exception or a trace."""

import json
import logging
import os
import re
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EventStreamError

from answer_question.handler import handler as answer
from questions.settings import settings
from stream_answer.handler import handler as stream
from tests import bedrock_fakes
from tests.bedrock_fakes import CACHE, SESSIONS, TENANCY, VARIABLES, assessment, passage, reply, request, trace

LAMBDA = Path(__file__).parents[2] / "lambda"
CANARY = "canary7Q"
MESSAGE = f"{CANARY} arn:aws:bedrock:us-east-1::foundation-model/{CANARY}"
CLAIMS = {"custom:tenant": CANARY, "sub": CANARY, "email": f"{CANARY}@example.com"}
SESSION = "6f1c0b52-2f5e-4d0c-8a5f-0d6a3f3c2b11"
ASK = request({"question": f"Who is {CANARY}?"}, claims=CLAIMS, headers={"Authorization": CANARY})
GO_ON = request({"question": f"Who is {CANARY}?", "session_id": SESSION}, claims=CLAIMS)
FOUND = [assessment("sensitiveInformationPolicy", "ANONYMIZED", match=CANARY), assessment("topicPolicy", name=CANARY)]


def whole(event: Any, context: Any) -> str:
    return json.dumps(answer(event, context))


def streamed(event: Any, context: Any) -> str:
    return b"".join(stream(event, context)).decode()


HANDLERS: dict[str, Callable[[Any, Any], str]] = {"answer_question": whole, "stream_answer": streamed}


@pytest.fixture(autouse=True)
def _everything_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    bedrock_fakes.configure(monkeypatch, **TENANCY, **SESSIONS, **CACHE)
    monkeypatch.setattr("questions.attempts.WAITS_SECONDS", ())
    yield
    settings.cache_clear()


@pytest.fixture
def written(printed: Callable[[], str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.INFO)
    return lambda: printed() + caplog.text + "".join(str(vars(record)) for record in caplog.records)


def run(name: str, event: Any, context: Any) -> tuple[str, str]:
    """What the handler answered, and the text of what it raised with everything that a runtime could print of it."""
    try:
        return HANDLERS[name](event, context), ""
    except Exception as error:
        return "", f"{error!r} {vars(error)} " + "".join(traceback.format_exception(error, chain=True))


def test_there_is_a_test_for_every_handler_that_answers() -> None:
    importing = [path.parent.name for path in LAMBDA.glob("*/handler.py") if "from questions" in path.read_text()]
    assert sorted(HANDLERS) == sorted(importing)


RAISED: list[Exception] = [
    ClientError({"Error": {"Code": code, "Message": MESSAGE}}, operation)
    for code in ("AccessDeniedException", "ThrottlingException", "ValidationException", "ResourceNotFoundException")
    for operation in ("Converse", "Retrieve")
] + [ValueError(MESSAGE), KeyError(CANARY), UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, MESSAGE)]


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("event", [ASK, GO_ON], ids=["first", "session"])
@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_a_failing_call_leaks_nothing(
    context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, event: Any, error: Exception
) -> None:
    def failing(*_: Any) -> None:
        raise error

    monkeypatch.setattr(BaseClient, "_make_api_call", failing)
    answered, raised = run(name, event, context)
    assert CANARY not in answered + raised + written()
    assert answered


ODD = {"text": CANARY, CANARY: CANARY, "S": CANARY, "N": CANARY}


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("event", [ASK, GO_ON], ids=["first", "session"])
@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"Item": ODD, "retrievalResults": ODD, "output": ODD, "stream": ODD},
        {"Item": {"expires_at": ODD, "turns": ODD, "response": ODD}, "retrievalResults": [ODD]},
        {"Item": {"expires_at": {"N": "9999999999"}, "response": {"S": CANARY}}, "retrievalResults": CANARY},
    ],
)
def test_an_absurd_answer_leaks_nothing(
    context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, event: Any, odd: Any
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: dict(odd))
    answered, raised = run(name, event, context)
    assert CANARY not in answered + raised + written()


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize(
    "event",
    [
        {},
        {CANARY: CANARY},
        {"body": CANARY},
        {"requestContext": CANARY, "body": f'{{"{CANARY}": 1}}'},
        request({"question": CANARY, "session_id": CANARY}, claims=CLAIMS),
        request({CANARY: CANARY}, claims=CLAIMS),
        request({"question": CANARY}, claims={"custom:tenant": [CANARY]}),
        request({"question": CANARY * 1000}, claims=CLAIMS),
    ],
)
def test_an_absurd_event_leaks_nothing(
    context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, event: Any
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: {})
    answered, raised = run(name, event, context)
    assert answered
    assert CANARY not in answered + raised + written()


def scripted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
    """Everything holds the canary, and a guardrail that stops a passage tells what it found."""
    if operation == "Retrieve":
        found = [passage(f"{CANARY} {name}", f"s3://{CANARY}/{name}", tenant=CANARY) for name in ("one", "two")]
        return {"retrievalResults": found}
    if operation == "ApplyGuardrail":
        hit = "two" in parameters["content"][0]["text"]["text"]
        return {"action": "GUARDRAIL_INTERVENED", "outputs": [{"text": CANARY}], "assessments": FOUND} if hit else {"action": "NONE"}
    if operation not in ("Converse", "ConverseStream"):
        return {}
    twice = "two" in json.dumps(parameters)
    stop, told = ("guardrail_intervened", trace(before=FOUND)) if twice else ("end_turn", trace(after=FOUND[:1]))
    text = f"{CANARY} [1]."
    if operation == "Converse":
        return reply(text, stop, trace=told)
    return bedrock_fakes.stream(text, stop=stop, trace=told)


@pytest.mark.parametrize("name", HANDLERS)
def test_an_answer_reaches_its_caller_and_nobody_else(
    context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", scripted)
    answered, _ = run(name, ASK, context)
    outcome = re.search(r'\\?"outcome\\?": \\?"(\w+)', answered)
    assert outcome is not None
    assert outcome[1] == "answered"
    assert f"s3://{CANARY}/two" in answered
    log = written()
    assert '"PassagesWithheld":[1.0]' in log
    assert "sensitive_information" in log
    assert CANARY not in log


def test_a_stream_that_breaks_off_leaks_nothing(context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    def torn() -> Iterator[dict[str, Any]]:
        for piece in ("one ", "two "):
            yield {"contentBlockDelta": {"delta": {"text": piece}, "contentBlockIndex": 0}}
        raise EventStreamError({"Error": {"Code": "modelStreamErrorException", "Message": MESSAGE}}, "ConverseStream")

    answers = {"Retrieve": {"retrievalResults": [passage("Leave.", tenant=CANARY)]}, "ConverseStream": {"stream": torn()}}
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda _, operation, __: answers.get(operation, {}))
    answered, raised = run("stream_answer", ASK, context)
    assert answered == ""
    assert "Busy" in raised
    assert CANARY not in raised + written()


def test_a_trace_tells_how_long_it_took_and_not_what_was_asked(tmp_path: Path) -> None:
    program = f"""
import importlib, sys
import botocore.client
from answer_question.handler import handler as answer
from stream_answer.handler import handler as stream

leaks = importlib.import_module("tests.lambda.test_questions_leaks")

class Context:
    function_name = function_version = invoked_function_arn = aws_request_id = "x"
    memory_limit_in_mb = 128
    get_remaining_time_in_millis = lambda self: 900_000

botocore.client.BaseClient._make_api_call = leaks.scripted
assert {CANARY!r} in answer(leaks.ASK, Context())["body"]
assert {CANARY!r} in b"".join(stream(leaks.ASK, Context())).decode()
"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        variables = {
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "LAMBDA_TASK_ROOT": str(tmp_path),
            "PYTHONPATH": os.pathsep.join([str(LAMBDA), str(LAMBDA.parent)]),
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        }
        environment = {name: value for name, value in os.environ.items() if name != "POWERTOOLS_TRACE_DISABLED"}
        command = [sys.executable, "-c", program]
        environment |= VARIABLES | TENANCY | variables
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        traces = daemon.recv(65_536).decode(), daemon.recv(65_536).decode()
    assert all("## handler" in one and '"end_time"' in one for one in traces)
    assert CANARY not in "".join(traces) + done.stdout + done.stderr
