"""boto3 clients, made on first use and kept, whose time limits end before the function does."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from inference.deadlines import CONNECT_SECONDS


@cache
def client(service: str, read_seconds: int) -> Any:
    """The client of ``service`` that waits ``read_seconds`` for an answer, once: calls are repeated by :mod:`inference.attempts`."""
    config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=read_seconds, retries={"total_max_attempts": 1, "mode": "standard"})
    return boto3.client(service, config=config)  # type: ignore[call-overload]
