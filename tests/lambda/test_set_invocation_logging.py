import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

import custom_resources
from set_invocation_logging import logic
from set_invocation_logging.clients import client
from set_invocation_logging.handler import handler
from set_invocation_logging.ownership import OwnedElsewhereError, Ownership

PARAMETER = "/ml-blueprints/bedrock/model-invocation-logging"
EARLIER_ROLE = "arn:aws:iam::123456789012:role/earlier"
STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/first/1"
OTHER = "arn:aws:cloudformation:us-east-1:123456789012:stack/second/2"
FLAGS = {f"{data}DataDeliveryEnabled": False for data in ("text", "image", "embedding", "video", "audio")}
FOUND = {"cloudWatchConfig": {"logGroupName": "earlier", "roleArn": EARLIER_ROLE}, **FLAGS}
ONLY_BUCKET = {"s3Config": {"bucketName": "earlier-bucket"}, **FLAGS}


@pytest.fixture(scope="module")
def _aws() -> Iterator[None]:
    with mock_aws():
        client.cache_clear()
        for bucket in ("earlier-bucket", "bodies"):
            boto3.client("s3").create_bucket(Bucket=bucket)
        yield
    client.cache_clear()


@pytest.fixture
def account(_aws: None) -> Any:
    """The account's setting, which nobody has made yet."""
    client("bedrock").delete_model_invocation_logging_configuration()
    Ownership(parameter=PARAMETER, owner="").release()
    return client("bedrock")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, context: Any) -> list[dict[str, Any]]:
    """What CloudFormation was told."""
    told: list[dict[str, Any]] = []
    context.log_stream_name = "stream"
    monkeypatch.setattr(custom_resources, "_send", lambda _, answer: told.append(answer))
    return told


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long the handler waited."""
    taken: list[float] = []
    monkeypatch.setattr(logic.time, "sleep", taken.append)
    return taken


def properties(log_group: str = "own", existing_role: str = "", **data: str) -> dict[str, str]:
    return {
        "Parameter": PARAMETER,
        "LogGroupName": log_group,
        "RoleArn": "arn:aws:iam::123456789012:role/own",
        "BucketName": "bodies",
        "ExistingRoleArn": existing_role,
        "Text": "true",
        "Images": "true",
        "Embeddings": "false",
        "Video": "false",
        "Audio": "false",
        **data,
    }


def event(request: str, given: dict[str, str] | None = None, *, stack: str = STACK, old: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "RequestType": request,
        "ResponseURL": "https://answers.example.com/1",
        "StackId": stack,
        "RequestId": "request",
        "LogicalResourceId": "Logging",
        "ResourceProperties": properties() if given is None else given,
        **({"OldResourceProperties": old} if old else {}),
    }


def put(account: Any, configuration: dict[str, Any]) -> None:
    account.put_model_invocation_logging_configuration(loggingConfig=configuration)


def setting(account: Any) -> dict[str, Any]:
    return account.get_model_invocation_logging_configuration().get("loggingConfig") or {}


def log_group(account: Any) -> str | None:
    return setting(account).get("cloudWatchConfig", {}).get("logGroupName")


def owner() -> str | None:
    names = [parameter["Name"] for parameter in client("ssm").describe_parameters()["Parameters"]]
    return json.loads(client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])["owner"] if names else None


def statuses(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["Status"] for answer in answers]


def test_calls_are_logged_to_the_group_and_their_large_bodies_to_the_bucket(
    account: Any, answers: list[dict[str, Any]], context: Any
) -> None:
    handler(event("Create", properties(Embeddings="true", Images="false")), context)
    assert [(answer["Status"], answer["PhysicalResourceId"], answer["Data"]) for answer in answers] == [("SUCCESS", PARAMETER, {})]
    destination = {
        "logGroupName": "own",
        "roleArn": "arn:aws:iam::123456789012:role/own",
        "largeDataDeliveryS3Config": {"bucketName": "bodies"},
    }
    switched = {"textDataDeliveryEnabled": True, "embeddingDataDeliveryEnabled": True}
    assert setting(account) == {"cloudWatchConfig": destination, **FLAGS, **switched}
    assert owner() == f"{STACK}/Logging"


@pytest.mark.parametrize("found", [None, ONLY_BUCKET, FOUND])
def test_what_was_found_is_put_back_when_the_deployment_goes(
    account: Any, answers: list[dict[str, Any]], context: Any, found: dict[str, Any] | None
) -> None:
    if found:
        put(account, found)
    given = properties(existing_role=EARLIER_ROLE)
    handler(event("Create", given), context)
    assert log_group(account) == "own"
    handler(event("Delete", given), context)
    assert statuses(answers) == ["SUCCESS", "SUCCESS"]
    assert setting(account) == (found or {})
    assert owner() is None


def test_a_setting_with_a_role_that_was_not_named_is_left_alone(account: Any, answers: list[dict[str, Any]], context: Any) -> None:
    put(account, FOUND)
    handler(event("Create"), context)
    handler(event("Delete"), context)  # as CloudFormation asks after a failed creation
    assert statuses(answers) == ["FAILED", "SUCCESS"]
    assert f"through role {EARLIER_ROLE}: name that role as the existing one" in answers[0]["Reason"]
    assert setting(account) == FOUND


def test_another_deployment_is_refused_by_name_and_changes_nothing(account: Any, answers: list[dict[str, Any]], context: Any) -> None:
    handler(event("Create"), context)
    handler(event("Create", properties("others"), stack=OTHER), context)
    handler(event("Delete", properties("others"), stack=OTHER), context)
    assert statuses(answers) == ["SUCCESS", "FAILED", "SUCCESS"]
    assert f"belongs to {STACK}/Logging: switch it off in all deployments but one" in answers[1]["Reason"]
    assert (log_group(account), owner()) == ("own", f"{STACK}/Logging")


def test_an_update_and_its_rollback_keep_what_was_found(account: Any, answers: list[dict[str, Any]], context: Any) -> None:
    put(account, ONLY_BUCKET)
    old, new = properties(), properties("new", Text="false")
    handler(event("Create", old), context)
    handler(event("Update", new, old=old), context)
    assert (log_group(account), setting(account)["textDataDeliveryEnabled"]) == ("new", False)
    handler(event("Update", old, old=new), context)
    assert log_group(account) == "own"
    handler(event("Delete", old), context)
    assert statuses(answers) == ["SUCCESS"] * 4
    assert setting(account) == ONLY_BUCKET


def test_creating_twice_is_creating_once(account: Any, answers: list[dict[str, Any]], context: Any) -> None:
    put(account, ONLY_BUCKET)
    handler(event("Create"), context)
    handler(event("Create"), context)
    handler(event("Delete"), context)
    assert statuses(answers) == ["SUCCESS"] * 3
    assert setting(account) == ONLY_BUCKET


def test_a_second_deletion_touches_nothing(account: Any, answers: list[dict[str, Any]], context: Any) -> None:
    handler(event("Create"), context)
    handler(event("Delete"), context)
    put(account, FOUND)
    handler(event("Delete"), context)
    assert statuses(answers) == ["SUCCESS"] * 3
    assert setting(account) == FOUND


def test_what_somebody_set_since_is_left_alone(account: Any, answers: list[dict[str, Any]], context: Any) -> None:
    handler(event("Create"), context)
    put(account, FOUND)
    handler(event("Delete"), context)
    assert (statuses(answers), setting(account), owner()) == (["SUCCESS", "SUCCESS"], FOUND, None)


def test_without_its_parameter_an_update_takes_the_setting_anew_and_finds_nothing_but_its_own(
    account: Any, answers: list[dict[str, Any]], context: Any
) -> None:
    old, new = properties(), properties("new")
    handler(event("Create", old), context)
    client("ssm").delete_parameter(Name=PARAMETER)
    handler(event("Update", new, old=old), context)
    assert (log_group(account), owner()) == ("new", f"{STACK}/Logging")
    handler(event("Delete", new), context)
    assert (statuses(answers), setting(account)) == (["SUCCESS"] * 3, {})


def test_an_update_that_takes_back_the_existing_role_is_refused(account: Any, answers: list[dict[str, Any]], context: Any) -> None:
    put(account, FOUND)
    old = properties(existing_role=EARLIER_ROLE)
    handler(event("Create", old), context)
    handler(event("Update", properties(), old=old), context)
    assert statuses(answers) == ["SUCCESS", "FAILED"]
    assert "NotRestorableError" in answers[1]["Reason"]


def test_logging_ends_where_the_earlier_destination_is_gone(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ownership = Ownership(parameter=PARAMETER, owner="own")
    configuration = logic.wanted(properties())
    put(account, configuration)
    ownership.claim(FOUND)
    with Stubber(client("bedrock")) as stubber:
        stubber.add_response("get_model_invocation_logging_configuration", {"loggingConfig": configuration})
        stubber.add_client_error("put_model_invocation_logging_configuration", "ValidationException")
        stubber.add_response("delete_model_invocation_logging_configuration", {})
        logic.switch_off(ownership, configuration)
        stubber.assert_no_pending_responses()
    assert ownership.read() is None


def test_a_refusal_to_put_back_fails_the_deletion_and_keeps_the_claim(account: Any) -> None:
    ownership = Ownership(parameter=PARAMETER, owner="own")
    configuration = logic.wanted(properties())
    claim = ownership.claim(FOUND)
    with Stubber(client("bedrock")) as stubber:
        stubber.add_response("get_model_invocation_logging_configuration", {"loggingConfig": configuration})
        stubber.add_client_error("put_model_invocation_logging_configuration", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            logic.switch_off(ownership, configuration)
    assert ownership.read() == claim


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException"])
def test_permissions_are_waited_for(account: Any, naps: list[float], code: str) -> None:
    with Stubber(client("bedrock")) as stubber:
        stubber.add_response("get_model_invocation_logging_configuration", {})
        stubber.add_client_error("put_model_invocation_logging_configuration", code)
        stubber.add_client_error("put_model_invocation_logging_configuration", code)
        stubber.add_response("put_model_invocation_logging_configuration", {})
        logic.switch_on(Ownership(parameter=PARAMETER, owner="own"), logic.wanted(properties()), earlier=None, existing_role="")
        stubber.assert_no_pending_responses()
    assert naps == [5, 10]


@pytest.mark.parametrize(("code", "attempts"), [("ValidationException", 5), ("InternalServerException", 1)])
def test_a_refusal_that_stays_fails_the_deployment_with_its_reason(
    account: Any, answers: list[dict[str, Any]], context: Any, naps: list[float], code: str, attempts: int
) -> None:
    with Stubber(client("bedrock")) as stubber:
        stubber.add_response("get_model_invocation_logging_configuration", {})
        for _ in range(attempts):
            stubber.add_client_error("put_model_invocation_logging_configuration", code, "Failed to validate permissions")
        handler(event("Create"), context)
        stubber.assert_no_pending_responses()
    assert (statuses(answers), len(naps)) == (["FAILED"], attempts - 1)
    assert "Failed to validate permissions" in answers[0]["Reason"]
    handler(event("Delete"), context)
    assert (statuses(answers)[-1], owner()) == ("SUCCESS", None)


def test_of_two_that_take_the_setting_at_once_one_is_refused(account: Any) -> None:
    Ownership(parameter=PARAMETER, owner="first").claim(None)
    with pytest.raises(OwnedElsewhereError, match="belongs to first"):
        Ownership(parameter=PARAMETER, owner="second").claim(None)


@pytest.mark.parametrize("method", ["put_parameter", "get_parameter", "delete_parameter"])
def test_refusals_of_the_parameter_store_are_not_swallowed(account: Any, method: str) -> None:
    ownership = Ownership(parameter=PARAMETER, owner="own")
    calls = {"put_parameter": lambda: ownership.claim(None), "get_parameter": ownership.read, "delete_parameter": ownership.release}
    with Stubber(client("ssm")) as stubber:
        stubber.add_client_error(method, "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            calls[method]()


def test_a_parameter_that_vanishes_while_it_is_written_is_told(account: Any) -> None:
    with Stubber(client("ssm")) as stubber:
        stubber.add_client_error("put_parameter", "ParameterAlreadyExists")
        stubber.add_client_error("get_parameter", "ParameterNotFound")
        with pytest.raises(OwnedElsewhereError, match="was deleted while it was written: deploy again"):
            Ownership(parameter=PARAMETER, owner="own").claim(None)


def test_giving_up_what_is_given_up_is_fine(account: Any) -> None:
    Ownership(parameter=PARAMETER, owner="own").release()
    assert owner() is None
