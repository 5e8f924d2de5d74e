"""boto3 clients against the embedded AWS."""

import pytest

from blueprints.local.clients import Clients, Credentials


def test_clients_are_made_once_and_call_loopback() -> None:
    clients = Clients(4566, "eu-west-1")
    client = clients.administrator("sqs")
    assert client is clients.administrator("sqs")
    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    assert client.meta.region_name == "eu-west-1"


def test_each_caller_has_clients_of_its_own() -> None:
    clients = Clients(4566, "us-east-1")
    somebody = clients.of(Credentials("key", "secret", "token"))
    assert somebody("sqs") is somebody("sqs")
    assert somebody("sqs") is not clients.administrator("sqs")


def test_roles_are_assumed_for_services() -> None:
    asked: list[tuple[str, str]] = []

    def assume(role_arn: str, session_name: str) -> Credentials:
        asked.append((role_arn, session_name))
        return Credentials("key", "secret", "token")

    clients = Clients(4566, "us-east-1", assume)
    client = clients.administrator.assume("arn:aws:iam::123456789012:role/a", "textract")("sns")
    assert client is clients.of(Credentials("key", "secret", "token"))("sns")
    assert asked == [("arn:aws:iam::123456789012:role/a", "textract")]


def test_only_the_server_assumes_roles_for_services() -> None:
    with pytest.raises(RuntimeError, match="by the server only"):
        Clients(4566, "us-east-1").administrator.assume("arn:aws:iam::123456789012:role/a", "textract")


def test_nothing_is_tried_twice_and_functions_may_take_their_time() -> None:
    config = Clients(4566, "us-east-1").administrator("lambda").meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.read_timeout > 900
