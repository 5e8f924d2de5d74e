"""boto3 clients of the embedded AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from blueprints.local import identity

ClientFactory = Callable[[str], Any]
"""Returns a boto3 client for a service name."""

SETTINGS = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, s3={"addressing_style": "path"}, max_pool_connections=50)


class Clients:
    """Makes boto3 clients against the embedded AWS on ``port``, each once.

    Args:
        port: The port on 127.0.0.1 that the embedded AWS listens on.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._administrators: dict[str, Any] = {}
        self._session = boto3.Session(
            aws_access_key_id=identity.ACCESS_KEY_ID, aws_secret_access_key=identity.SECRET_ACCESS_KEY, region_name=identity.REGION
        )

    def administrator(self, service: str) -> Any:
        """Returns a client that may do everything."""
        with self._lock:
            if service not in self._administrators:
                self._administrators[service] = self._make(self._session, service)
            return self._administrators[service]

    def _make(self, session: boto3.Session, service: str) -> Any:
        return session.client(service, endpoint_url=identity.endpoint_url(self._port), config=SETTINGS)  # type: ignore[call-overload]
