"""An AWS in the process of the tests: boto3 clients whose requests programs answer, and moto what these don't."""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSRequest, AWSResponse
from moto.core.models import botocore_stubber

from blueprints.local import operations
from blueprints.local.operations import Call, Request, Response
from blueprints.local.stand_ins import StandInError

SESSION = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")
DIMENSIONS = 256


class InProcess:
    """Gives clients, as the embedded AWS gives them to stand-ins; the last one made answers all of them.

    Making a client takes longer than most tests: each is made once.

    Args:
        programs: Answer the operations that they have; services without a program are moto's.
    """

    made: dict[str, Any] = {}
    latest: "InProcess"

    def __init__(self, *programs: Any) -> None:
        InProcess.latest = self
        self.assumed: list[tuple[str, str]] = []
        self.calls: list[Call] = []
        self.refused: dict[str, tuple[str, str]] = {}
        self._programs = {Call(program.service, name): program for program in programs for name in program.operations}

    def __call__(self, service: str) -> Any:
        if service not in self.made:
            client: Any = SESSION.client(service)  # type: ignore[call-overload]
            if service in {call.service for call in self._programs}:  # whoever answers first, moto is asked too
                client.meta.events.unregister("before-send", botocore_stubber)
                client.meta.events.register_first("before-send", lambda **sent: InProcess.latest._answer(**sent))
            self.made[service] = client
        return self.made[service]

    def assume(self, role: str, session: str) -> Callable[[str], Any]:
        """Gives the same clients again, and remembers who was asked for."""
        self.assumed.append((role, session))
        return self

    def refuse(self, operation: str, code: str = "AccessDeniedException", message: str = "not authorized") -> None:
        """Lets an operation fail from now on."""
        self.refused[operation] = (code, message)

    def called(self) -> list[str]:
        return [call.operation for call in self.calls]

    def _answer(self, request: AWSRequest, **_: Any) -> AWSResponse:
        address = urlsplit(request.url)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = request.body.read() if hasattr(request.body, "read") else request.body
        asked = Request(request.method, address.path, address.query, headers, body.encode() if isinstance(body, str) else body or b"")
        call = operations.identify(asked)
        assert call is not None, request.url
        self.calls.append(call)
        answer = self._asked(self._programs[call], call, asked)
        return AWSResponse(request.url, answer.status, answer.headers, _Raw(answer.body))

    def _asked(self, program: Any, call: Call, asked: Request) -> Response:
        if call.operation in self.refused:
            return operations.serialise_error(call, *self.refused[call.operation], 403)
        try:
            return operations.serialise(call, program.answer(call.operation, operations.parse(call, asked), self))
        except StandInError as error:
            return operations.serialise_error(call, error.code, error.message, error.status, error.details)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class _Raw:
    """The body of a response, as urllib3 has it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterable[bytes]:
        yield self._body

    def read(self, *_: Any) -> bytes:
        body, self._body = self._body, b""
        return body


class Words:
    """Answers ``InvokeModel`` with a vector in which each word counts for one of the dimensions."""

    name = "words"
    service = "bedrock-runtime"
    operations = frozenset({"InvokeModel"})

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def answer(self, _operation: str, request: dict[str, Any], _aws: Any) -> dict[str, Any]:
        body = json.loads(request["body"])
        self.asked.append((request["modelId"], body))
        return {"body": json.dumps({"embedding": vector(body["inputText"])}).encode(), "contentType": "application/json"}


def vector(text: str) -> list[float]:
    row = [0.0] * DIMENSIONS
    for word in text.lower().split():
        row[hashlib.sha256(word.strip(".,?#:").encode()).digest()[0]] += 1.0
    return row
