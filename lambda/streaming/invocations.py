"""The Lambda Runtime API, with responses that are streamed.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html and
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

from streaming.errors import described, kind

VERSION = "2018-06-01"
ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
ERROR_BODY = "Lambda-Runtime-Function-Error-Body"
STREAMING = {
    "Content-Type": "application/vnd.awslambda.http-integration-response",
    "Lambda-Runtime-Function-Response-Mode": "streaming",
    "Trailer": f"{ERROR_TYPE}, {ERROR_BODY}",
    "Transfer-Encoding": "chunked",
}


class Disconnected(Exception):  # noqa: N818 - what happened
    """Lambda did not take the whole response, as when the caller has gone."""


@dataclass(frozen=True)
class Invocation:
    """One event, as Lambda hands it out."""

    request_id: str
    arn: str
    deadline_ms: int
    trace_id: str | None
    payload: bytes

    @property
    def event(self) -> Any:
        """The event."""
        return json.loads(self.payload)


class RuntimeApi:
    """Takes events from Lambda and brings the responses back.

    Args:
        address: Host and port, as in ``AWS_LAMBDA_RUNTIME_API``.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def next(self) -> Invocation:
        """Waits for the next event, however long that takes.

        Raises:
            RuntimeError: Lambda has none to give and wants the process to end.
        """
        connection = HTTPConnection(self._address)
        connection.request("GET", f"/{VERSION}/runtime/invocation/next")
        with connection.getresponse() as response:
            payload = response.read()
            if response.status != HTTPStatus.OK:
                raise RuntimeError(f"the next event must come with 200, got {response.status}")
        connection.close()
        return Invocation(
            request_id=response.headers["Lambda-Runtime-Aws-Request-Id"],
            arn=response.headers.get("Lambda-Runtime-Invoked-Function-Arn", ""),
            deadline_ms=int(response.headers.get("Lambda-Runtime-Deadline-Ms", "0")),
            trace_id=response.headers.get("Lambda-Runtime-Trace-Id"),
            payload=payload,
        )

    def respond(self, request_id: str, chunks: Iterator[bytes]) -> Exception | None:
        """Sends each chunk when it comes; an error between them is told to Lambda behind the last one, and returned.

        Raises:
            Disconnected: Lambda did not take all of it.
        """
        connection = HTTPConnection(self._address)
        try:
            connection.putrequest("POST", f"/{VERSION}/runtime/invocation/{request_id}/response")
            for name, value in STREAMING.items():
                connection.putheader(name, value)
            connection.endheaders()
            failure = _send(connection, chunks)
            connection.send(b"0\r\n" + _trailers(failure) + b"\r\n")
            accepted = connection.getresponse().status == HTTPStatus.ACCEPTED
        except (OSError, HTTPException):
            accepted = False
        finally:
            connection.close()
        if not accepted:
            raise Disconnected
        return failure

    def fail(self, request_id: str, error: Exception) -> None:
        """Reports that the handler failed before it had anything to send."""
        self._report(f"invocation/{request_id}", error)

    def fail_init(self, error: BaseException) -> None:
        """Reports that the handler could not be loaded."""
        self._report("init", error)

    def _report(self, subject: str, error: BaseException) -> None:
        connection = HTTPConnection(self._address)
        body = json.dumps(described(error))
        connection.request(
            "POST", f"/{VERSION}/runtime/{subject}/error", body, {ERROR_TYPE: kind(error), "Content-Type": "application/json"}
        )
        connection.getresponse().read()
        connection.close()


def _send(connection: HTTPConnection, chunks: Iterator[bytes]) -> Exception | None:
    """Sends the chunks; returns what the handler raised between them."""
    while True:
        try:
            chunk = next(chunks, None)
            framed = b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunk else b""  # an empty one would end the response
        except Exception as error:
            return error
        if chunk is None:
            return None
        connection.send(framed)


def _trailers(failure: Exception | None) -> bytes:
    if failure is None:
        return b""
    body = base64.b64encode(json.dumps(described(failure)).encode()).decode()
    return f"{ERROR_TYPE}: {kind(failure)}\r\n{ERROR_BODY}: {body}\r\n".encode()
