"""What a container's server does with answers, good and bad; that it starts and ends is tested with its process."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from blueprints.local.sagemaker.containers import server
from blueprints.local.sagemaker.containers.exchange import Exchange
from blueprints.local.sagemaker.containers.protocol import Request, Response


class Answers:
    """Answers by path."""

    def answer(self, method: str, target: str, request: Request) -> Response:
        if target == "/broken":
            raise ZeroDivisionError("of course")
        if target == "/parts":
            return Response(iter([b"one\n", b"two\n"]), "application/jsonlines")
        if target == "/broken-parts":
            return Response(half())
        heard = {"method": method, "content_type": request.content_type, "accept": request.accept, "own": request.headers.get("x-own")}
        return Response(json.dumps(heard).encode(), status=202)


def half() -> Iterator[bytes]:
    yield b"half"
    raise ZeroDivisionError


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    answers: Any = Answers()
    with server._Server(answers) as started:
        threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield started.server_port
        started.shutdown()


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_requests_and_answers_pass_unchanged(port: int, method: str) -> None:
    headers = {"Content-Type": "text/csv", "Accept": "application/json", "X-Own": "1"}
    status, content_type, body = Exchange(port, 5).send(method, "/x", b"a", headers).whole()
    assert (status, content_type) == (202, "application/json")
    assert json.loads(body) == {"method": method, "content_type": "text/csv", "accept": "application/json", "own": "1"}


def test_a_model_that_breaks_is_answered_for(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, body = Exchange(port, 5).send("POST", "/broken").whole()
    assert (status, json.loads(body)) == (500, {"code": 500, "message": "ZeroDivisionError: of course"})
    assert "in answer" in capsys.readouterr().err


def test_parts_are_written_one_by_one(port: int) -> None:
    stream = Exchange(port, 5).send("POST", "/parts")
    assert (stream.content_type, list(stream.parts)) == ("application/jsonlines", [b"one\n", b"two\n"])


def test_a_model_that_breaks_on_the_way_cuts_the_answer_off(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    parts = Exchange(port, 5).send("POST", "/broken-parts").parts
    assert next(parts) == b"half"
    with pytest.raises(ConnectionError):
        next(parts)


def test_the_server_listens_on_loopback_only() -> None:
    answers: Any = Answers()
    with server._Server(answers) as started:
        assert started.server_address[0] == "127.0.0.1"
