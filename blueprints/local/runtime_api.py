"""The Lambda Runtime API of one execution environment."""

from __future__ import annotations

import base64
import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from email.message import Message
from http.client import parse_headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from blueprints.local import identity

RESPONSE_MODE = "Lambda-Runtime-Function-Response-Mode"
ERROR_TYPE, ERROR_BODY = "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"
"""https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming"""


@dataclass
class Invocation:
    """One event on its way through a function.

    Args:
        event: The event as JSON.
        arn: The ARN that was invoked, with its qualifier.
        timeout_seconds: How long the function may take.
        request_id: Identifies the invocation in logs and errors.
    """

    event: bytes
    arn: str
    timeout_seconds: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    taken: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)
    body: bytes = b""
    failed: bool = False
    stream: bytes | None = None

    def answer(self, body: bytes, *, failed: bool, stream: bytes | None = None) -> None:
        """Sets the outcome; the first one counts.

        Args:
            body: The result, or the error.
            failed: Whether it is an error.
            stream: What was streamed until then, if the function streams its response.
        """
        if not self.answered.is_set():
            self.body, self.failed, self.stream = body, failed, stream
            self.answered.set()


class RuntimeApi:
    """Hands invocations to one runtime interface client and takes its answers.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
    """

    def __init__(self) -> None:
        self._next: queue.SimpleQueue[Invocation] = queue.SimpleQueue()
        self._pending: dict[str, Invocation] = {}
        self.init_error: bytes | None = None
        api = self

        class Handler(_Handler):
            runtime_api = api

        self._server = _Server((identity.LOOPBACK, 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, as the runtime interface client wants them."""
        return f"{identity.LOOPBACK}:{self._server.server_port}"

    def submit(self, invocation: Invocation) -> None:
        """Queues ``invocation`` for the function."""
        self._pending[invocation.request_id] = invocation
        self._next.put(invocation)

    def take(self) -> Invocation:
        """Waits for the next invocation."""
        invocation = self._next.get()
        invocation.taken.set()
        return invocation

    def settle(self, request_id: str, body: bytes, *, failed: bool, stream: bytes | None = None) -> None:
        """Takes a function's answer."""
        if invocation := self._pending.pop(request_id, None):
            invocation.answer(body, failed=failed, stream=stream)

    def fail_all(self, body: bytes) -> None:
        """Answers everything that is waiting with the error ``body``."""
        self.init_error = body
        for request_id in list(self._pending):
            self.settle(request_id, body, failed=True)

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keeps quiet: a function that ends does not say goodbye to the Runtime API."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    runtime_api: RuntimeApi
    trailers: Message

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Keeps quiet."""

    def do_GET(self) -> None:
        invocation = self.runtime_api.take()
        deadline = int((time.time() + invocation.timeout_seconds) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
        }
        self._reply(200, invocation.event, headers)

    def do_POST(self) -> None:
        body = self._body()
        *_, request_id, kind = self.path.split("/")
        if request_id == "init":
            self.runtime_api.fail_all(body)
        elif self.headers.get(RESPONSE_MODE) == "streaming" and kind == "response":
            self._settle_stream(request_id, body)
        else:
            self.runtime_api.settle(request_id, body, failed=kind == "error")
        self._reply(202, b'{"status":"OK"}', {})

    def _settle_stream(self, request_id: str, stream: bytes) -> None:
        """Takes a streamed response; an error behind its last chunk comes as trailers."""
        error = base64.b64decode(self.trailers[ERROR_BODY]) if ERROR_BODY in self.trailers else b""
        body = error or json.dumps(stream.decode(errors="replace")).encode()
        self.runtime_api.settle(request_id, body, failed=ERROR_TYPE in self.trailers, stream=stream)

    def _body(self) -> bytes:
        self.trailers = Message()
        length = self.headers.get("Content-Length")
        if length:
            return self.rfile.read(int(length))
        body = b"".join(iter(self._chunk, b""))
        self.trailers = parse_headers(self.rfile)
        return body

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        if size:
            self.rfile.readline()
        return chunk

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
