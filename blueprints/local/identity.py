"""Who the callers of the embedded AWS are: one account, one region, one administrator."""

from __future__ import annotations

import os

ACCOUNT_ID = "123456789012"
DEFAULT_REGION = "us-east-1"
REGION_VARIABLE = "MINISTACK_REGION"
ACCESS_KEY_ID = ACCOUNT_ID
SECRET_ACCESS_KEY = "local"  # noqa: S105 - the embedded AWS listens on loopback only
LOOPBACK = "127.0.0.1"


def region() -> str:
    """Returns the region that the server in this process serves."""
    return os.environ.get(REGION_VARIABLE, DEFAULT_REGION)


def endpoint_url(port: int) -> str:
    """Returns where the embedded AWS listens; an address, because SDKs then put bucket names into the path."""
    return f"http://{LOOPBACK}:{port}"


def administrator(port: int, region_name: str) -> dict[str, str]:
    """Returns the environment that points any AWS SDK at the embedded AWS, as its administrator."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url(port),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": region_name,
        "AWS_DEFAULT_REGION": region_name,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
    }
