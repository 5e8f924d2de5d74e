"""boto3 clients against the embedded AWS."""

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


def test_nothing_is_tried_twice_and_functions_may_take_their_time() -> None:
    config = Clients(4566, "us-east-1").administrator("lambda").meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.read_timeout > 900
