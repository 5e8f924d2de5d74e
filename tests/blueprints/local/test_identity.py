"""Who the callers are."""

import pytest

from blueprints.local import identity


def test_the_environment_points_at_loopback_and_at_no_account() -> None:
    environment = identity.administrator(4566, "eu-west-1")
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["AWS_ACCESS_KEY_ID"] == identity.ACCOUNT_ID
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


def test_the_region_is_the_one_that_the_server_was_started_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(identity.REGION_VARIABLE, raising=False)
    assert identity.region() == "us-east-1"
    monkeypatch.setenv(identity.REGION_VARIABLE, "eu-west-1")
    assert identity.region() == "eu-west-1"
