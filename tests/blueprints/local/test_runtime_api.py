"""The Lambda Runtime API."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator

import pytest

from blueprints.local.runtime_api import Invocation, RuntimeApi

PREFIX = "/2018-06-01/runtime"


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    opened = RuntimeApi()
    yield opened
    opened.close()


def ask(api: RuntimeApi, method: str, path: str, body: bytes | None = None, *, chunked: bool = False) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(api.address, timeout=5)
    content = iter([body[:2], body[2:]]) if body and chunked else body
    connection.request(method, PREFIX + path, content, encode_chunked=chunked)  # type: ignore[arg-type]
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return result


def test_an_event_is_handed_over_with_what_the_client_needs_to_know(api: RuntimeApi) -> None:
    api.submit(Invocation(b'{"a": 1}', "arn:aws:lambda:us-east-1:1:function:f", 3, "request"))
    status, headers, body = ask(api, "GET", "/invocation/next")
    assert (status, body) == (200, b'{"a": 1}')
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "request"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn:aws:lambda:us-east-1:1:function:f"
    assert headers["Lambda-Runtime-Trace-Id"].endswith("Sampled=0")
    assert int(headers["Lambda-Runtime-Deadline-Ms"]) > 0


def test_the_client_waits_for_the_next_event(api: RuntimeApi) -> None:
    answers: list[bytes] = []
    client = threading.Thread(target=lambda: answers.append(ask(api, "GET", "/invocation/next")[2]))
    client.start()
    api.submit(Invocation(b"{}", "arn", 3))
    client.join(5)
    assert answers == [b"{}"]


@pytest.mark.parametrize(("kind", "failed"), [("response", False), ("error", True)])
@pytest.mark.parametrize("chunked", [False, True])
def test_answers_reach_who_waits_for_them(api: RuntimeApi, kind: str, failed: bool, chunked: bool) -> None:
    invocation = Invocation(b"{}", "arn", 3, "request")
    api.submit(invocation)
    ask(api, "GET", "/invocation/next")
    assert ask(api, "POST", f"/invocation/request/{kind}", b'{"b": 2}', chunked=chunked)[0] == 202
    assert invocation.answered.is_set()
    assert (json.loads(invocation.body), invocation.failed) == ({"b": 2}, failed)


def stream(api: RuntimeApi, chunks: list[bytes], trailers: bytes = b"") -> Invocation:
    """Answers an invocation as a function does that streams."""
    invocation = Invocation(b"{}", "arn", 3, "request")
    api.submit(invocation)
    ask(api, "GET", "/invocation/next")
    connection = http.client.HTTPConnection(api.address, timeout=5)
    connection.putrequest("POST", f"{PREFIX}/invocation/request/response")
    for name, value in (("Lambda-Runtime-Function-Response-Mode", "streaming"), ("Transfer-Encoding", "chunked")):
        connection.putheader(name, value)
    connection.endheaders()
    for chunk in chunks:
        connection.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    connection.send(b"0\r\n" + trailers + b"\r\n")
    assert connection.getresponse().status == 202
    connection.close()
    return invocation


def test_streamed_answers_are_put_together(api: RuntimeApi) -> None:
    answered = stream(api, [b"{}", bytes(8), b"a\xff"])
    assert (answered.stream, answered.failed) == (b"{}" + bytes(8) + b"a\xff", False)
    assert json.loads(answered.body) == "{}" + "\0" * 8 + "a\ufffd"


def test_an_error_behind_the_last_chunk_is_an_error(api: RuntimeApi) -> None:
    error = base64.b64encode(b'{"errorType": "ValueError"}')
    trailers = b"Lambda-Runtime-Function-Error-Type: Function.ValueError\r\nLambda-Runtime-Function-Error-Body: " + error + b"\r\n"
    answered = stream(api, [b"begun"], trailers)
    assert (answered.stream, answered.failed, json.loads(answered.body)) == (b"begun", True, {"errorType": "ValueError"})


def test_the_first_answer_counts() -> None:
    invocation = Invocation(b"{}", "arn", 3)
    invocation.answer(b"first", failed=False)
    invocation.answer(b"second", failed=True)
    assert (invocation.body, invocation.failed) == (b"first", False)


def test_answers_to_nothing_are_taken_without_effect(api: RuntimeApi) -> None:
    assert ask(api, "POST", "/invocation/unknown/response", b"{}")[0] == 202


def test_an_error_at_the_start_answers_everything_that_waits(api: RuntimeApi) -> None:
    waiting = [Invocation(b"{}", "arn", 3) for _ in range(2)]
    for invocation in waiting:
        api.submit(invocation)
    ask(api, "POST", "/init/error", b'{"errorType": "Runtime.ImportModuleError"}')
    assert [invocation.failed for invocation in waiting] == [True, True]
    assert api.init_error == b'{"errorType": "Runtime.ImportModuleError"}'
