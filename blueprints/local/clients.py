"""boto3 clients of the embedded AWS."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from blueprints.local import identity

ClientFactory = Callable[[str], Any]
"""Returns a boto3 client for a service name."""

SETTINGS = Config(
    retries={"total_max_attempts": 1},
    inject_host_prefix=False,
    s3={"addressing_style": "path"},
    max_pool_connections=50,
    read_timeout=920,  # longer than a Lambda function may take
)


@dataclass(frozen=True)
class Credentials:
    """Somebody's access key."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


ADMINISTRATOR = Credentials(identity.ACCESS_KEY_ID, identity.SECRET_ACCESS_KEY)


Assume = Callable[[str, str], Credentials]
"""Returns the credentials of a role, by its ARN, for a session of the given name."""


class Clients:
    """Makes boto3 clients against the embedded AWS on ``port``, each once.

    Args:
        port: The port on 127.0.0.1 that the embedded AWS listens on.
        region: The region that it is.
        assume: Gives the credentials of roles that services assume; only the server itself can.
    """

    def __init__(self, port: int, region: str, assume: Assume | None = None) -> None:
        self.port = port
        self._assume = assume
        self._lock = threading.Lock()
        self._made: dict[tuple[Credentials, str], Any] = {}
        self._session = boto3.Session(region_name=region)
        self.administrator = Administrator(self)

    def acting_as(self, role_arn: str, session_name: str) -> ClientFactory:
        """Returns a factory of clients with the rights of a role, as the service gets them that the role trusts."""
        if self._assume is None:
            raise RuntimeError("roles are assumed for services by the server only")
        return self.of(self._assume(role_arn, session_name))

    def of(self, credentials: Credentials) -> ClientFactory:
        """Returns a factory of clients that act with ``credentials``."""

        def make(service: str) -> Any:
            with self._lock:
                if (credentials, service) not in self._made:
                    self._made[credentials, service] = self._make(credentials, service)
                return self._made[credentials, service]

        return make

    def _make(self, credentials: Credentials, service: str) -> Any:
        make: Any = self._session.client
        return make(
            service,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            endpoint_url=identity.endpoint_url(self.port),
            config=SETTINGS,
        )


class Administrator:
    """Gives clients that may do everything; what stand-ins get.

    Args:
        clients: Makes them.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def __call__(self, service: str) -> Any:
        """Returns the client of ``service``."""
        return self._clients.of(ADMINISTRATOR)(service)

    def assume(self, role_arn: str, session_name: str) -> ClientFactory:
        """Returns a factory of clients with the rights of a role, for a stand-in whose service assumes it."""
        return self._clients.acting_as(role_arn, session_name)
