"""Functions run in AWS's own runtime interface client, alone with what they brought."""

import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blueprints.local import worker
from blueprints.local.runtime_files import powertools_layer
from blueprints.local.worker import Answer, Function, Workers, variables
from tests.waiting import until

LAMBDA = Path(__file__).parents[3] / "lambda"
ECHO = "def handler(event, context):\n    return event\n"


def package(code: str, wrapper: str = "", *, mode: int = 0o755, folder: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), code)  # without the time of day
        if wrapper:
            script = zipfile.ZipInfo("bin/wrapper")
            script.external_attr = mode << 16
            archive.writestr(script, wrapper)
        for path in (LAMBDA / folder).iterdir() if folder else ():
            if path.is_file():
                archive.write(path, f"{folder}/{path.name}")
    return packed.getvalue()


def function(code: str = ECHO, name: str = "f", **changes: Any) -> Function:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    return Function(name, arn, "python3.14", "index.handler", package(code), **changes)


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    started = Workers(tmp_path_factory.mktemp("workspace"), 1)
    yield started
    started.stop()


Run = Callable[..., Answer]


@pytest.fixture
def run(workers: Workers, request: pytest.FixtureRequest) -> Iterator[Run]:
    def run_code(code: str, event: Any = None, **changes: Any) -> Answer:
        return workers.invoke(function(code, request.node.name, **changes), json.dumps(event).encode(), "request")

    yield run_code
    workers.forget(request.node.name)


def error(answer: Answer) -> dict[str, Any]:
    assert answer.failed
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_a_function_gets_its_event_and_returns_its_result(run: Run) -> None:
    assert json.loads(run(ECHO, {"a": ["ü", 1]}).body) == {"a": ["ü", 1]}


def test_what_a_function_prints_belongs_to_the_invocation(run: Run) -> None:
    code = "import sys\nprint('once')\ndef handler(event, context):\n    print(event)\n    print('x', file=sys.stderr)\n"
    assert run(code, "first").log == "once\nfirst\nx\n"
    assert run(code, "second").log == "second\nx\n"


def test_an_environment_is_used_again(run: Run) -> None:
    code = "import os\ndef handler(event, context):\n    return os.getpid()\n"
    assert run(code).body == run(code).body


def test_a_changed_function_gets_a_new_environment(run: Run) -> None:
    code = "import os\ndef handler(event, context):\n    return os.environ['COLOUR']\n"
    assert json.loads(run(code, variables={"COLOUR": "red"}).body) == "red"
    assert json.loads(run(code, variables={"COLOUR": "blue"}).body) == "blue"


def test_errors_have_type_message_and_trace(run: Run) -> None:
    found = error(run("def handler(event, context):\n    raise LookupError('gone')\n"))
    assert (found["errorType"], found["errorMessage"]) == ("LookupError", "gone")
    assert "raise LookupError('gone')" in found["stackTrace"][0]


@pytest.mark.parametrize("name", ["aws_lambda_powertools", "rich", "pytest", "moto"])
def test_packages_that_are_installed_here_are_missing_there(run: Run, name: str) -> None:
    found = error(run(f"import {name}\n{ECHO}"))
    assert found["errorType"] == "Runtime.ImportModuleError"
    assert f"No module named '{name}'" in found["errorMessage"]


def test_layers_bring_packages(run: Run) -> None:
    code = "from aws_lambda_powertools import Logger, Metrics, Tracer\nimport aws_xray_sdk\n" + ECHO
    assert json.loads(run(code, 1, layers=(powertools_layer(),)).body) == 1


def test_tracing_sends_nothing_and_costs_nothing(run: Run) -> None:
    code = (
        "from aws_lambda_powertools import Tracer\ntracer = Tracer(service='a')\n"
        "@tracer.capture_lambda_handler\ndef handler(event, context):\n    return event\n"
    )
    assert json.loads(run(code, 1, layers=(powertools_layer(),)).body) == 1
    started = time.monotonic()
    assert run(code, 1, layers=(powertools_layer(),)).log == ""
    assert time.monotonic() - started < 1


def test_time_is_limited(run: Run) -> None:
    started = time.monotonic()
    found = error(run("import time\ndef handler(event, context):\n    time.sleep(60)\n", timeout_seconds=0.3))
    assert (found["errorType"], time.monotonic() - started < 20) == ("Sandbox.Timedout", True)
    assert found["errorMessage"] == "RequestId: request Error: Task timed out after 0.30 seconds"


def test_a_crash_is_an_error(run: Run) -> None:
    found = error(run("import os\ndef handler(event, context):\n    os._exit(7)\n"))
    assert found["errorType"] == "Runtime.ExitError"
    assert found["errorMessage"].endswith("exit status 7")


def test_a_crash_at_the_start_is_an_error_of_every_invocation(run: Run) -> None:
    code = f"raise RuntimeError('no')\n{ECHO}"
    assert [error(run(code))["errorMessage"] for _ in range(2)] == ["no", "no"]


def test_invocations_run_side_by_side_within_bounds(workers: Workers) -> None:
    code = "import os, time\ndef handler(event, context):\n    time.sleep(0.5)\n    return os.getpid()\n"
    answers: list[bytes] = []
    target = function(code, "parallel")
    threads = [threading.Thread(target=lambda: answers.append(workers.invoke(target, b"{}", "r").body)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 6
    assert 2 <= len(set(answers)) <= worker.ENVIRONMENTS_PER_FUNCTION
    workers.forget("parallel")


def test_of_those_who_wait_for_a_function_only_the_next_is_woken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ENVIRONMENTS_PER_FUNCTION", 1)
    crowded, go_on = Workers(tmp_path, 1), threading.Event()
    first, freed = crowded._acquire(function()), crowded._freed["f"]
    waits: list[float | None] = []
    wait = freed.wait

    def counted(timeout: float | None = None) -> bool:
        waits.append(timeout)
        return wait(timeout)

    def run_in_turn() -> None:
        environment = crowded._acquire(function())
        go_on.wait(10)
        crowded._release(function(), environment)

    monkeypatch.setattr(freed, "wait", counted)
    threads = [threading.Thread(target=run_in_turn) for _ in range(9)]
    for thread in threads:
        thread.start()
    until(lambda: len(waits) >= 9)
    crowded._release(function(), first)
    time.sleep(0.1)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(waits) == 9


def test_environments_make_way_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ENVIRONMENTS_IN_ALL", 1)
    few = Workers(tmp_path, 1)
    code = "import os\ndef handler(event, context):\n    return os.getpid()\n"
    first = few.invoke(function(code, "one"), b"{}", "r").body
    few.invoke(function(code, "two"), b"{}", "r")
    assert few.invoke(function(code, "one"), b"{}", "r").body != first
    few.stop()


def test_nothing_runs_once_the_workers_are_stopped(tmp_path: Path) -> None:
    stopped = Workers(tmp_path, 1)
    stopped.stop()
    with pytest.raises(RuntimeError, match="stopping"):
        stopped.invoke(function(), b"{}", "r")


def test_the_environment_is_that_of_lambda(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_OF_THIS_MACHINE", "a")
    credentials = {"AWS_ACCESS_KEY_ID": "role's", "AWS_SECRET_ACCESS_KEY": "role's", "AWS_SESSION_TOKEN": "role's"}
    found = variables(function(variables={"OWN": "1"}, credentials=credentials), tmp_path / "task", tmp_path, "127.0.0.1:9", 4566)
    assert (found["OWN"], found["AWS_ACCESS_KEY_ID"], found["AWS_ENDPOINT_URL"]) == ("1", "role's", "http://127.0.0.1:4566")
    assert (found["AWS_LAMBDA_FUNCTION_NAME"], found["AWS_EXECUTION_ENV"]) == ("f", "AWS_Lambda_python3.14")
    assert "SECRET_OF_THIS_MACHINE" not in found


def wrapped(workers: Workers, code: bytes, wrapper: str = "/var/task/bin/wrapper") -> Answer:
    """Runs a function through a wrapper script, and ends its environment."""
    name = f"wrapped-{len(code)}"
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    try:
        return workers.invoke(
            Function(name, arn, "python3.14", "index.handler", code, variables={"AWS_LAMBDA_EXEC_WRAPPER": wrapper}), b'{"a": 1}', "request"
        )
    finally:
        workers.forget(name)


def test_a_wrapper_runs_what_would_have_run(workers: Workers) -> None:
    code = "import os\ndef handler(event, context):\n    return [event, os.environ['OWN']]\n"
    answer = wrapped(workers, package(code, '#!/bin/sh\nexport OWN=wrapped\nexec "$@"\n'))
    assert json.loads(answer.body) == [{"a": 1}, "wrapped"]


def test_a_wrapped_function_has_only_what_it_brought(workers: Workers) -> None:
    answer = wrapped(workers, package("import boto3, moto\n" + ECHO, '#!/bin/sh\nexec "$@"\n'))
    assert error(answer)["errorType"] == "Runtime.ImportModuleError"
    assert "moto" in error(answer)["errorMessage"]


def test_the_streaming_loop_of_the_functions_streams(workers: Workers) -> None:
    code = "import boto3\ndef handler(event, context):\n    yield b'a'\n    yield str(event['a']).encode()\n"
    answer = wrapped(workers, package(code, folder="streaming"), "/var/task/streaming/wrapper")
    assert (answer.stream, answer.failed) == (b"a1", False)


def test_an_error_behind_the_first_chunk_ends_the_stream(workers: Workers) -> None:
    code = "def handler(event, context):\n    yield b'begun'\n    raise KeyError('x')\n"
    answer = wrapped(workers, package(code, folder="streaming"), "/var/task/streaming/wrapper")
    assert (answer.stream, error(answer)["errorType"]) == (b"begun", "KeyError")


@pytest.mark.parametrize(("wrapper", "mode"), [("/var/task/bin/none", 0o755), ("/var/task/bin/wrapper", 0o644)])
def test_a_wrapper_has_to_be_there_and_executable(workers: Workers, wrapper: str, mode: int) -> None:
    found = error(wrapped(workers, package(ECHO, '#!/bin/sh\nexec "$@"\n', mode=mode), wrapper))
    assert found["errorType"] == "Runtime.InvalidEntrypoint"
    assert f"Error: fork/exec {wrapper}: " in found["errorMessage"]
