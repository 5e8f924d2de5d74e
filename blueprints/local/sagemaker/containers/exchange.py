"""One request to a container's process, with a limit for all of its time."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import NamedTuple

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 65536


class Answer(NamedTuple):
    """What a container answered.

    Args:
        status: The HTTP status.
        content_type: The format of the body.
        body: The body.
    """

    status: int
    content_type: str
    body: bytes


class Stream(NamedTuple):
    """What a container answers part by part.

    Args:
        status: The HTTP status.
        content_type: The format of the body.
        parts: The parts as they come; raises ``TimeoutError`` when the time is up and ``ConnectionError`` when the model breaks.
    """

    status: int
    content_type: str
    parts: Iterator[bytes]

    def whole(self) -> Answer:
        """Waits for all parts."""
        return Answer(self.status, self.content_type, b"".join(self.parts))


class Exchange:
    """A request and its answer.

    Args:
        port: Where the container listens.
        seconds: How long everything may take until the last byte.
    """

    def __init__(self, port: int, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._seconds = seconds
        self._connection = HTTPConnection(LOOPBACK, port, timeout=seconds)
        self._socket: socket.socket | None = None

    def send(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Stream:
        """Sends the request and waits for the first line of its answer.

        Raises:
            TimeoutError: The time is up.
            ConnectionError: Nothing answers any more.
        """
        with self._closed_on_failure():
            self._connection.request(method, path, body, dict(headers or {}))
            self._socket = self._connection.sock
            self._limit()
            response = self._connection.getresponse()
        return Stream(response.status, response.headers.get("Content-Type", ""), self._parts(response))

    def whole(self, method: str, path: str) -> Answer:
        """Sends a request without a body and waits for the whole answer."""
        return self.send(method, path).whole()

    def _parts(self, response: HTTPResponse) -> Iterator[bytes]:
        with contextlib.closing(self._connection), self._closed_on_failure():
            self._limit()
            while part := response.read1(CHUNK_BYTES):
                yield part
                self._limit()
            if response.length:
                raise ConnectionError(f"the answer ended {response.length} bytes too early")

    def _limit(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._socket:
            self._socket.settimeout(left)

    @contextlib.contextmanager
    def _closed_on_failure(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            self._connection.close()
            raise TimeoutError(f"the container did not answer within {self._seconds:g} seconds") from None
        except (HTTPException, OSError) as error:
            self._connection.close()
            raise ConnectionError(f"the container stopped answering: {type(error).__name__}: {error}") from error
