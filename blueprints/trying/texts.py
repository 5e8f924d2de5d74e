"""Has a deployed language model write texts, as its callers do."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from botocore.awsrequest import AWSRequest

from blueprints.trying.answers import TIMEOUT_SECONDS, Authorise, server_sent_events

JSON = "application/json"


@dataclass(frozen=True)
class Text:
    """What came back.

    Args:
        status: The HTTP status.
        body: The response, or the error.
        headers: In lower case.
        seconds: From the request to the end of the response.
        pieces: As which it came, where it was streamed.
        first_seconds: From the request to the first piece; ``None`` without one.
    """

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    pieces: tuple[str, ...] = ()
    first_seconds: float | None = None

    @property
    def said(self) -> str:
        """What the model wrote; of an error its message."""
        try:
            return str(self.body["choices"][0]["message"]["content"])
        except (KeyError, IndexError, TypeError):
            return str(self.body.get("message", ""))


class Texts:
    """The API of a deployment, as one of its callers finds it.

    Args:
        url: The address of ``/generations``.
        authorise: Lets requests pass; ``None`` leaves them as they are.
    """

    def __init__(self, url: str, authorise: Authorise | None = None) -> None:
        self._url = url
        self._authorise = authorise

    def ask(self, **members: Any) -> Text:
        """Asks for a text and waits for the whole of it."""
        started = time.monotonic()
        try:
            with self._open(self._url, members) as response:
                status, body, headers = response.status, json.load(response), dict(response.headers.items())
        except HTTPError as error:
            with error:
                status, body, headers = error.code, _error_body(error.read()), dict(error.headers.items())
        named = {name.lower(): value for name, value in headers.items()}
        return Text(status, body, named, round(time.monotonic() - started, 3))

    def stream(self, **members: Any) -> Text:
        """Asks for a text and takes it as it is written.

        Raises:
            ValueError: The stream ended without an event that ends it.
        """
        started, pieces, first = time.monotonic(), [], None
        with self._open(f"{self._url}/stream", members) as response:
            for name, data in server_sent_events(response):
                if name == "text":
                    first = first or round(time.monotonic() - started, 3)
                    pieces.append(data["text"])
                if name in ("done", "error"):
                    return Text(response.status, data, {}, round(time.monotonic() - started, 3), tuple(pieces), first)
        raise ValueError(f"a stream must end with done or error, got {len(pieces)} pieces of text and no end")

    def _open(self, url: str, body: dict[str, Any]) -> Any:
        sent = AWSRequest(method="POST", url=url, data=json.dumps(body).encode(), headers={"Content-Type": JSON})
        if self._authorise is not None:
            self._authorise(sent)
        request = Request(url, data=sent.data, headers=dict(sent.headers), method="POST")  # noqa: S310 - of the deployment
        return urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310 - of the deployment


def _error_body(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"message": content.decode(errors="replace").strip()}
