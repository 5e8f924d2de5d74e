"""boto3 clients, made once."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config


@cache
def client(service: str) -> Any:
    """The client of ``service``."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=20)
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def refused_with(error: Exception) -> str:
    """The code that AWS answered with, empty if the error is something else."""
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
