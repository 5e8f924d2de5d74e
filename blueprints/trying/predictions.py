"""Asks a deployed model, as its callers do."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from botocore.awsrequest import AWSRequest

from blueprints.trying.answers import TIMEOUT_SECONDS, Authorise


@dataclass(frozen=True)
class Reply:
    """What came back.

    Args:
        status: The HTTP status.
        content_type: Of the body.
        body: The prediction, or the error.
        seconds: From the request to the end of the response.
    """

    status: int
    content_type: str
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace").strip()

    @property
    def message(self) -> str:
        """What an error says; empty for a prediction."""
        try:
            found = json.loads(self.body) if self.status != 200 else {}
        except ValueError:
            return self.text
        return str(found.get("message", "")) if isinstance(found, dict) else ""


class Predictions:
    """An API in front of a model, as one of its callers finds it.

    Args:
        authorise: Lets requests pass; ``None`` leaves them as they are.
    """

    def __init__(self, authorise: Authorise | None = None) -> None:
        self._authorise = authorise

    def ask(self, url: str, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Sends ``body`` to ``url`` and waits for what comes back."""
        sent = AWSRequest(method="POST", url=url, data=body, headers={"Content-Type": content_type, **(headers or {})})
        if self._authorise is not None:
            self._authorise(sent)
        request = Request(url, data=body, headers=dict(sent.headers), method="POST")  # noqa: S310 - of the deployment
        started = time.monotonic()
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - of the deployment
                return _reply(response.status, response, started)
        except HTTPError as error:
            with error:
                return _reply(error.code, error, started)


def _reply(status: int, response: Any, started: float) -> Reply:
    body = response.read()
    return Reply(status, str(response.headers.get("Content-Type", "")), body, round(time.monotonic() - started, 3))
