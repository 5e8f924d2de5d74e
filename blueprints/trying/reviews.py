"""Answers reviews through the deployed API, as a reviewer would."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from blueprints.local.embedded import EmbeddedAws

REVIEWER = "try"
TIMEOUT_SECONDS = 30


class ReviewApi:
    """The review API of a deployment.

    Args:
        aws: Where it is deployed.
        url: Its address as the stack's output tells it.
    """

    def __init__(self, aws: EmbeddedAws, url: str) -> None:
        self._environment = aws.environment
        self._url = reachable(aws.endpoint_url, url)

    def approve_pending(self) -> Iterator[dict[str, Any]]:
        """Approves every review that waits, and yields each with its fields in doubt."""
        for waiting in self._call("GET", "reviews?status=PENDING")["reviews"]:
            review = self._call("GET", f"reviews/{waiting['id']}")
            self._call("POST", f"reviews/{waiting['id']}/decision", {"decision": "approve", "reviewer": REVIEWER})
            yield review

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
