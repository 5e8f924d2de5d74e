"""boto3 clients, made on first use and kept, with time limits and retries that end before the function does."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

ATTEMPTS = 3
CONNECT_SECONDS = 2
READ_SECONDS = {"textract": 25, "comprehend": 15}
OTHER_READ_SECONDS = 10
BACKOFF_SECONDS = 3
PACED = ("textract", "comprehend")


@cache
def client(service: str) -> Any:
    """The client of ``service``; those with low quotas pace themselves (adaptive retries)."""
    return boto3.client(service, config=_config(service))  # type: ignore[call-overload]


def worst_case_seconds(service: str) -> int:
    """The longest that one call may take, retries included."""
    return ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS.get(service, OTHER_READ_SECONDS)) + BACKOFF_SECONDS


def _config(service: str) -> Config:
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS.get(service, OTHER_READ_SECONDS),
        retries={"total_max_attempts": ATTEMPTS, "mode": "adaptive" if service in PACED else "standard"},
    )
