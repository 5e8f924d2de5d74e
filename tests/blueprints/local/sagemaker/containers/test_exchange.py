"""One request, with a limit for all of its time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from blueprints.local.sagemaker.containers.exchange import LOOPBACK, Exchange

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"
Serve = Callable[..., int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that writes the parts, a pause before each but the first, and closes; returns its port."""
    listeners, threads = [], []

    def start(*parts: bytes, pause: float = 0.0) -> int:
        listener = socket.create_server((LOOPBACK, 0))
        listeners.append(listener)

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                for number, part in enumerate(parts):
                    time.sleep(pause if number else 0)
                    try:
                        connection.sendall(part)
                    except OSError:
                        return

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return int(listener.getsockname()[1])

    yield start
    for thread in threads:
        thread.join(5)
    for listener in listeners:
        listener.close()


def test_the_whole_answer_comes(serve: Serve) -> None:
    port = serve(HEAD + b"Content-Length: 5\r\n\r\n0.1", b",2")
    assert Exchange(port, 5).whole("GET", "/ping") == (200, "text/csv", b"0.1,2")


def test_parts_come_as_they_are_ready(serve: Serve) -> None:
    port = serve(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"3\r\none\r\n", b"3\r\ntwo\r\n0\r\n\r\n", pause=0.05)
    assert list(Exchange(port, 5).send("POST", "/invocations", b"x", {"Accept": "text/csv"}).parts) == [b"one", b"two"]


def test_a_late_beginning_is_no_answer(serve: Serve) -> None:
    with pytest.raises(TimeoutError, match=r"did not answer within 0\.1 seconds"):
        Exchange(serve(b"", HEAD, pause=0.4), 0.1).whole("GET", "/ping")


def test_the_limit_is_one_for_all_parts(serve: Serve) -> None:
    port = serve(HEAD + b"Content-Length: 100\r\n\r\n", *[b"x"] * 10, pause=0.06)
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"within 0\.2 seconds"):
        Exchange(port, 0.2).whole("GET", "/ping")
    assert time.monotonic() - started < 0.45


@pytest.mark.parametrize(
    "parts",
    [(b"",), (b"nonsense\r\n\r\n",), (HEAD + b"Content-Length: 9\r\n\r\nhalf",), (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe",)],
)
def test_an_answer_that_breaks_off_is_an_error(parts: tuple[bytes, ...], serve: Serve) -> None:
    with pytest.raises(ConnectionError, match="the container stopped answering"):
        Exchange(serve(*parts), 5).whole("GET", "/ping")


def test_nobody_there_is_an_error() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionError, match="ConnectionRefusedError"):
        Exchange(port, 5).whole("GET", "/ping")
