"""Answers reviews through the deployed API, as a reviewer would."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from blueprints.local.embedded import EmbeddedAws

REVIEWER = "try"
TIMEOUT_SECONDS = 30
ATTEMPTS = 3
SETTLED = (409, 410)
"""Somebody else decided, or the workflow no longer waits."""


class ReviewApi:
    """The review API of a deployment.

    Args:
        aws: Where it is deployed.
        url: Its address as the stack's output tells it.
    """

    def __init__(self, aws: EmbeddedAws, url: str) -> None:
        self._environment = aws.environment
        self._url = reachable(aws.endpoint_url, url)
        self._refused: Counter[str] = Counter()

    def approve_pending(self) -> Iterator[dict[str, Any]]:
        """Approves every review that waits, and yields each with its fields in doubt.

        Raises:
            HTTPError: The API refused the same decision ``ATTEMPTS`` times.
        """
        for waiting in self._call("GET", "reviews?status=PENDING")["reviews"]:
            review = self._call("GET", f"reviews/{waiting['id']}")
            if self._approve(review["id"]):
                yield review

    def _approve(self, review_id: str) -> bool:
        try:
            self._call("POST", f"reviews/{review_id}/decision", {"decision": "approve", "reviewer": REVIEWER})
        except HTTPError as error:
            self._refused[review_id] += 1
            if error.code not in SETTLED and self._refused[review_id] >= ATTEMPTS:
                raise
            return False
        return True

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else b""
        headers = {"Content-Type": "application/json"} if body else {}
        signed = AWSRequest(method=method, url=f"{self._url}/{path}", data=data, headers=headers)
        credentials = Credentials(self._environment["AWS_ACCESS_KEY_ID"], self._environment["AWS_SECRET_ACCESS_KEY"])
        SigV4Auth(credentials, "execute-api", self._environment["AWS_DEFAULT_REGION"]).add_auth(signed)
        request = Request(str(signed.url), data=data or None, headers=dict(signed.headers), method=method)  # noqa: S310 - loopback
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - loopback
            document: dict[str, Any] = json.load(answer)
        return document


def reachable(endpoint_url: str, url: str) -> str:
    """Returns where an API's public address is answered inside this machine."""
    parts = urlsplit(url)
    if parts.hostname in ("127.0.0.1", "localhost"):
        return url.rstrip("/")
    api = (parts.hostname or "").partition(".")[0]
    return f"{endpoint_url}/_aws/execute-api/{api}/{parts.path.strip('/')}"
