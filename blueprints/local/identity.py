"""Who the callers of the embedded AWS are: one account, one region, one administrator."""

from __future__ import annotations

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
ACCESS_KEY_ID = ACCOUNT_ID
SECRET_ACCESS_KEY = "local"  # noqa: S105 - the embedded AWS listens on loopback only
LOOPBACK = "127.0.0.1"


def endpoint_url(port: int) -> str:
    """Returns where the embedded AWS listens; an address, because SDKs then put bucket names into the path."""
    return f"http://{LOOPBACK}:{port}"


def administrator(port: int) -> dict[str, str]:
    """Returns the environment that points any AWS SDK at the embedded AWS, as its administrator."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url(port),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
    }
