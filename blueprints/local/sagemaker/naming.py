"""Names, addresses and refusals of SageMaker's resources."""

from __future__ import annotations

import re

from blueprints.local import identity
from blueprints.local.stand_ins import StandInError

_URI = re.compile(r"(?:s3://|https://s3[^/]*\.amazonaws\.com/)([^/]+)/?(.*)", re.DOTALL)


def arn(kind: str, name: str) -> str:
    """Returns the ARN of something of this account."""
    return f"arn:aws:sagemaker:{identity.region()}:{identity.ACCOUNT_ID}:{kind}/{name}"


def invalid(message: str) -> StandInError:
    """Returns the error with which SageMaker refuses a request about its resources."""
    return StandInError("ValidationException", message)


def unservable(message: str) -> StandInError:
    """Returns the error with which SageMaker refuses an invocation."""
    return StandInError("ValidationError", message)


def split(uri: str) -> tuple[str, str]:
    """Returns bucket and key of an address in S3.

    Raises:
        ValueError: It is no address in S3.
    """
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError(f"uri must be an address in S3 such as s3://bucket/key, got {uri!r}")
    return match[1], match[2]


def below(uri: str, *parts: str) -> str:
    """Returns the address of something below ``uri``."""
    return "/".join((uri.rstrip("/"), *(part.strip("/") for part in parts if part.strip("/"))))
