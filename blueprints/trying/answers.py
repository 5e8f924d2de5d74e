"""Asks a deployed knowledge base, as its users do."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TIMEOUT_SECONDS = 60
BUCKET_SCHEME = "s3://"
Authorise = Callable[[AWSRequest], None]
"""Adds to a request what lets it pass."""


def bearer(token: str) -> Authorise:
    """Shows the token of a user of the Cognito user pool."""

    def add(request: AWSRequest) -> None:
        request.headers["Authorization"] = token

    return add


def signed(credentials: Credentials, region: str) -> Authorise:
    """Signs requests as an IAM identity."""
    signer: Any = SigV4Auth(credentials, "execute-api", region)

    def add(request: AWSRequest) -> None:
        signer.add_auth(request)

    return add


@dataclass(frozen=True)
class Reply:
    """What came back.

    Args:
        status: The HTTP status.
        body: The response, or the error.
        seconds: From the request to the end of the response.
    """

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def outcome(self) -> str:
        """What became of the question; ``error`` where the API refused it."""
        return str(self.body.get("outcome", "error"))

    @property
    def sources(self) -> list[str]:
        """The addresses of the documents that the answer cites, each once."""
        return list(dict.fromkeys(citation["source"] for citation in self.body.get("citations", ())))

    @property
    def retrieved(self) -> list[str]:
        """The addresses of the documents that were retrieved, the nearest first, each once."""
        return list(dict.fromkeys(passage["source"] for passage in self.body.get("passages", ())))


@dataclass(frozen=True)
class Stream:
    """What came back piece by piece.

    Args:
        reply: The whole response, as its last event tells it.
        events: The names of all events, in order.
        texts: The pieces of the answer.
        first_text_seconds: From the request to the first piece; ``None`` without one.
    """

    reply: Reply
    events: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    first_text_seconds: float | None = None


class Answers:
    """The answers API of a deployment, as one of its users.

    Args:
        url: The address of ``/answers``.
        authorise: Lets requests pass; ``None`` leaves them as they are.
    """

    def __init__(self, url: str, authorise: Authorise | None = None) -> None:
        self._url = url
        self._authorise = authorise

    def ask(self, question: str, session_id: str | None = None) -> Reply:
        """Asks and waits for the whole answer; with the id of a session, the question goes on from those before."""
        started = time.monotonic()
        try:
            with self._open(self._url, {"question": question, **({"session_id": session_id} if session_id else {})}) as answer:
                status, body = answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                status, body = error.code, _error_body(error.read())
        return Reply(status, body, round(time.monotonic() - started, 3))

    def stream(self, question: str) -> Stream:
        """Asks and takes the answer as it is written.

        Raises:
            ValueError: The stream ended without an event that ends it.
        """
        started = time.monotonic()
        names: list[str] = []
        texts: list[str] = []
        first = None
        with self._open(f"{self._url}/stream", {"question": question}) as answer:
            for name, data in server_sent_events(answer):
                names.append(name)
                if name == "text":
                    first = first or round(time.monotonic() - started, 3)
                    texts.append(data["text"])
                if name in ("done", "error"):
                    reply = Reply(answer.status, data, round(time.monotonic() - started, 3))
                    return Stream(reply, names, texts, first)
        raise ValueError(f"a stream must end with done or error, got {', '.join(names) or 'no events'}")

    def _open(self, url: str, body: dict[str, str]) -> Any:
        headers = {"Content-Type": "application/json"}
        sent = AWSRequest(method="POST", url=url, data=json.dumps(body).encode(), headers=headers)
        if self._authorise is not None:
            self._authorise(sent)
        request = Request(url, data=sent.data, headers=dict(sent.headers), method="POST")  # noqa: S310 - of the deployment
        return urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310 - of the deployment


def server_sent_events(lines: Iterable[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the name and the JSON data of each event (WHATWG HTML, section 9.2)."""
    name, data = "message", ""
    for line in lines:
        key, _, value = line.decode().rstrip("\r\n").partition(":")
        if key == "event":
            name = value.strip()
        elif key == "data":
            data += value.removeprefix(" ")
        elif not key and not value and data:
            yield name, json.loads(data)
            name, data = "message", ""


def key_of(source: str) -> str:
    """Returns the key of an object by its address; other addresses are left as they are."""
    return source.removeprefix(BUCKET_SCHEME).partition("/")[2] if source.startswith(BUCKET_SCHEME) else source


def _error_body(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"message": content.decode(errors="replace").strip()}
