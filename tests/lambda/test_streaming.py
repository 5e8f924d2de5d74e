import base64
import contextlib
import itertools
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.logging.lambda_context import build_lambda_context_model

from blueprints.local.runtime_api import Invocation as LocalInvocation
from blueprints.local.runtime_api import RuntimeApi as LocalRuntimeApi
from streaming import handlers
from streaming.context import Context
from streaming.handlers import complete_path, load
from streaming.http_format import SEPARATOR, event, opening
from streaming.invocations import Disconnected, RuntimeApi
from streaming.loop import serve

LAMBDA = Path(__file__).parents[2] / "lambda"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:answers"
SECRET = "what was asked"
SECONDS = 10


class Recorder:
    """A Runtime API that notes what arrives, and when."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.trailers: dict[str, str] = {}
        self.arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.next_status, self.response_status, self.hang_up_after = 200, 202, 1_000_000
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                headers = recorder.events.get(timeout=SECONDS)
                body = headers.pop("body", "{}").encode()
                self.send_response(recorder.next_status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length")
                body = self.rfile.read(int(length)) if length else b"".join(self.chunks())
                recorder.requests.append((self.path, dict(self.headers), body))
                self.send_response(recorder.response_status)
                self.end_headers()

            def chunks(self) -> Iterator[bytes]:
                for number in itertools.count(1):
                    size = int(self.rfile.readline(), 16)
                    if not size:
                        break
                    chunk = self.rfile.read(size)
                    assert self.rfile.readline() == b"\r\n"
                    recorder.arrived.put(chunk)
                    if number >= recorder.hang_up_after:
                        self.connection.close()
                        return
                    yield chunk
                while line := self.rfile.readline().strip():
                    name, _, value = line.decode().partition(": ")
                    recorder.trailers[name] = value

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.api = RuntimeApi(f"127.0.0.1:{self.server.server_port}")

    def expect(self, **headers: str) -> None:
        required = {"Lambda-Runtime-Aws-Request-Id": "id-1", "Lambda-Runtime-Invoked-Function-Arn": ARN, "Lambda-Runtime-Deadline-Ms": "5"}
        self.events.put(required | headers)


@pytest.fixture
def lambda_() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.server.shutdown()
    recorder.server.server_close()


def run(recorder: Recorder, handler: Callable[..., Any], **headers: str) -> None:
    recorder.expect(**headers)
    serve(recorder.api, handler)


def decoded(body: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.b64decode(body))
    return value


def test_each_chunk_arrives_before_the_handler_goes_on(lambda_: Recorder) -> None:
    seen = []

    def handler(*_: Any) -> Iterator[bytes]:
        for chunk in (b"one", b"two", b"three"):
            yield chunk
            seen.append(lambda_.arrived.get(timeout=SECONDS))

    run(lambda_, handler)
    assert seen == [b"one", b"two", b"three"]
    assert [body for _, _, body in lambda_.requests] == [b"onetwothree"]


def test_a_response_declares_itself_streamed_chunked_and_with_trailers(lambda_: Recorder) -> None:
    run(lambda_, lambda *_: iter([b"x"]))
    ((path, headers, _),) = lambda_.requests
    assert path == "/2018-06-01/runtime/invocation/id-1/response"
    assert headers["Lambda-Runtime-Function-Response-Mode"] == "streaming"
    assert headers["Transfer-Encoding"] == "chunked"
    assert headers["Content-Type"] == "application/vnd.awslambda.http-integration-response"
    assert headers["Trailer"] == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"
    assert lambda_.trailers == {}


@pytest.mark.parametrize("chunks", [[], [b""], [b"", b"a", b"", b"b"]])
def test_empty_chunks_do_not_end_the_response(lambda_: Recorder, chunks: list[bytes]) -> None:
    run(lambda_, lambda *_: iter(chunks))
    assert [body for _, _, body in lambda_.requests] == [b"".join(chunks)]


def test_large_chunks_arrive_whole(lambda_: Recorder) -> None:
    run(lambda_, lambda *_: iter([b"x" * 3_000_000, b"y"]))
    assert lambda_.requests[0][2] == b"x" * 3_000_000 + b"y"


def test_an_error_between_chunks_is_told_behind_them_without_its_text(lambda_: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    def handler(*_: Any) -> Iterator[bytes]:
        yield b"begun"
        raise KeyError(SECRET)

    run(lambda_, handler)
    assert lambda_.requests[0][2] == b"begun"
    assert lambda_.trailers["Lambda-Runtime-Function-Error-Type"] == "Function.KeyError"
    told = decoded(lambda_.trailers["Lambda-Runtime-Function-Error-Body"])
    assert told["errorType"] == "KeyError"
    assert told["errorMessage"].startswith("Raised at lambda/test_streaming.py:")
    logged = capsys.readouterr().out
    assert json.loads(logged)["function_request_id"] == "id-1"
    assert SECRET not in logged + str(told)


def test_an_error_before_the_first_chunk_is_an_error_of_the_function(lambda_: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    def handler(*_: Any) -> Iterator[bytes]:
        raise ValueError(SECRET)
        yield b""

    run(lambda_, handler)
    ((path, headers, body),) = lambda_.requests
    assert path == "/2018-06-01/runtime/invocation/id-1/error"
    assert headers["Lambda-Runtime-Function-Error-Type"] == "Function.ValueError"
    assert json.loads(body)["errorType"] == "ValueError"
    assert SECRET not in body.decode() + capsys.readouterr().out


def test_an_event_that_is_no_json_is_an_error_of_the_function(lambda_: Recorder) -> None:
    run(lambda_, lambda *_: iter([b"x"]), body="{")
    assert lambda_.requests[0][0].endswith("/error")


@pytest.mark.parametrize("result", [b"bytes", ["text"], [b"ok", 1], None])
def test_a_handler_that_yields_no_bytes_fails(lambda_: Recorder, result: Any) -> None:
    run(lambda_, lambda *_: result)
    ((_, headers, _),) = lambda_.requests
    told = lambda_.trailers or headers
    assert told["Lambda-Runtime-Function-Error-Type"] == "Function.TypeError"


def test_a_handler_whose_caller_has_gone_is_closed_and_the_next_event_served(lambda_: Recorder) -> None:
    closed = threading.Event()

    def endless(*_: Any) -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * 100_000
        finally:
            closed.set()

    lambda_.hang_up_after = 1
    chunks = endless()  # held here, so that it isn't closed for want of a reference
    run(lambda_, lambda *_: chunks)
    assert closed.is_set()
    lambda_.hang_up_after = 1_000_000
    run(lambda_, lambda *_: iter([b"next"]))
    assert lambda_.requests[-1][2] == b"next"


def test_a_response_that_lambda_refuses_is_logged(lambda_: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    lambda_.response_status = 413
    run(lambda_, lambda *_: iter([b"x"]))
    assert json.loads(capsys.readouterr().out)["message"] == "the response was no longer wanted"
    with pytest.raises(Disconnected):
        lambda_.api.respond("id-1", iter([b"x"]))


def test_a_runtime_api_that_has_no_event_ends_the_process(lambda_: Recorder) -> None:
    lambda_.next_status = 500
    lambda_.expect()
    with pytest.raises(RuntimeError, match="the next event must come with 200, got 500"):
        lambda_.api.next()


def test_the_trace_of_each_invocation_is_set_and_forgotten(lambda_: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "before")
    seen = []

    def handler(*_: Any) -> Iterator[bytes]:
        seen.append(os.environ.get("_X_AMZN_TRACE_ID"))
        yield b""

    run(lambda_, handler, **{"Lambda-Runtime-Trace-Id": "Root=1-2-3"})
    run(lambda_, handler)
    assert seen == ["Root=1-2-3", None]


def test_the_handler_gets_event_and_context(lambda_: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NAME": "answers", "VERSION": "7", "MEMORY_SIZE": "512"}.items():
        monkeypatch.setenv(f"AWS_LAMBDA_FUNCTION_{name}", value)
    got: list[Any] = []

    def handler(*arguments: Any) -> Iterator[bytes]:
        got.extend(arguments)
        yield b""

    deadline = str(int((time.time() + 60) * 1000))
    run(lambda_, handler, body='{"a": "ü"}', **{"Lambda-Runtime-Deadline-Ms": deadline})
    given, context = got
    assert given == {"a": "ü"}
    assert isinstance(context, Context)
    assert 50_000 < context.get_remaining_time_in_millis() <= 60_000
    assert (context.aws_request_id, context.function_version, context.log_group_name, context.log_stream_name) == ("id-1", "7", "", "")
    expected = {
        "function_name": "answers",
        "function_memory_size": 512,
        "function_arn": ARN,
        "function_request_id": "id-1",
    }
    assert vars(build_lambda_context_model(context)) == expected


def test_no_time_is_left_behind_the_deadline() -> None:
    assert Context("id", ARN, 5).get_remaining_time_in_millis() == 0


def test_the_path_is_that_of_the_managed_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers, task, runtime = tmp_path / "opt", tmp_path / "task", tmp_path / "runtime"
    packages = layers / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    for folder in (packages, task, runtime):
        folder.mkdir(parents=True)
    monkeypatch.setattr(handlers, "LAYERS", str(layers))
    path = [str(task), "/standard/library", str(runtime)]
    complete_path(path, {"LAMBDA_TASK_ROOT": str(task), "LAMBDA_RUNTIME_DIR": str(runtime)})
    assert path == [str(task), str(packages), str(layers), "/standard/library", str(runtime)]


def test_folders_that_are_not_there_are_left_out_of_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "LAYERS", str(tmp_path / "none"))
    path = ["/standard/library"]
    complete_path(path, {"LAMBDA_TASK_ROOT": str(tmp_path), "LAMBDA_RUNTIME_DIR": str(tmp_path / "none")})
    assert path == [str(tmp_path), "/standard/library"]


def test_a_handler_is_found_by_its_name() -> None:
    assert load("streaming.http_format.event") is event


def test_a_handler_without_a_module_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the handler must be module\.function, got handler"):
        load("handler")


def test_a_response_opens_with_status_and_headers_and_eight_zero_bytes() -> None:
    prelude, separator, body = (opening(429, {"Retry-After": "5"}) + b"body").partition(bytes(8))
    assert json.loads(prelude) == {"statusCode": 429, "headers": {"Retry-After": "5"}}
    assert separator == SEPARATOR
    assert body == b"body"


def test_an_event_has_its_data_on_one_line() -> None:
    assert event("text", {"text": "a\nb"}) == b'event: text\ndata: {"text": "a\\nb"}\n\n'


HANDLER = """
def handler(event, context):
    print("asked by", context.function_name)
    if event.get("fail"):
        raise ValueError("secret")
    yield b"begun "
    if event.get("break"):
        raise KeyError("secret")
    yield event["name"].encode()
"""


@contextlib.contextmanager
def environment(task: Path, handler: str) -> Iterator[tuple[LocalRuntimeApi, "subprocess.Popen[str]"]]:
    """A process that Lambda would start with the wrapper, and this project's Runtime API."""
    (task / "streaming").symlink_to(LAMBDA / "streaming")
    api = LocalRuntimeApi()
    variables = {
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "AWS_LAMBDA_FUNCTION_NAME": "answers",
        "LAMBDA_TASK_ROOT": str(task),
        "_HANDLER": handler,
        "PATH": os.defpath,
    }
    command = [str(task / "streaming" / "wrapper"), sys.executable, "/var/runtime/bootstrap.py"]
    with subprocess.Popen(command, cwd="/", env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield api, process
        finally:
            process.kill()
            api.close()


def invoke(api: LocalRuntimeApi, given: dict[str, Any]) -> LocalInvocation:
    invocation = LocalInvocation(json.dumps(given).encode(), ARN, 10.0)
    api.submit(invocation)
    assert invocation.answered.wait(SECONDS)
    return invocation


def test_the_wrapper_replaces_the_loop_of_the_managed_runtime(tmp_path: Path) -> None:
    (tmp_path / "answers.py").write_text(HANDLER)
    with environment(tmp_path, "answers.handler") as (api, process):
        first, second = invoke(api, {"name": "Ada"}), invoke(api, {"name": "Zoë"})
        assert (first.stream, first.failed) == (b"begun Ada", False)
        assert (second.stream or b"").decode() == "begun Zoë"
        assert process.stdout is not None
        assert process.stdout.readline() == "asked by answers\n"
        broken = invoke(api, {"break": True})
        assert (broken.stream, broken.failed) == (b"begun ", True)
        assert json.loads(broken.body)["errorType"] == "KeyError"
        failed = invoke(api, {"fail": True})
        assert (failed.stream, failed.failed) == (None, True)
        assert json.loads(failed.body) == {"errorType": "ValueError", "errorMessage": f"Raised at {tmp_path.name}/answers.py:5."}
        assert invoke(api, {"name": "again"}).stream == b"begun again"


@pytest.mark.parametrize("source", ["import absent", "import sys; sys.exit(3)", "x = 1"])
def test_a_handler_that_cannot_be_loaded_is_an_init_error(tmp_path: Path, source: str) -> None:
    (tmp_path / "answers.py").write_text(source)
    with environment(tmp_path, "answers.handler") as (api, process):
        assert process.wait(SECONDS) == 1
        assert api.init_error is not None
        assert json.loads(api.init_error)["errorType"] in ("ModuleNotFoundError", "SystemExit", "AttributeError")


def test_the_wrapper_is_a_program() -> None:
    assert os.access(LAMBDA / "streaming" / "wrapper", os.X_OK)
    assert (LAMBDA / "streaming" / "wrapper").read_bytes().startswith(b"#!/bin/sh\n")
