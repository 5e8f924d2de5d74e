from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

import custom_resources
from secure_vpc import logic
from secure_vpc.handler import handler

REGION = "us-east-1"


@pytest.fixture
def vpc() -> Iterator[str]:
    """The default security group of a fresh VPC."""
    with mock_aws():
        logic.ec2.cache_clear()
        ec2 = boto3.client("ec2")
        vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["SecurityGroups"]
        yield groups[0]["GroupId"]
    logic.ec2.cache_clear()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What CloudFormation was told."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(custom_resources, "_send", lambda _, answer: told.append(answer))
    return told


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    logic.ec2.cache_clear()
    with Stubber(logic.ec2()) as stubber:
        yield stubber
    logic.ec2.cache_clear()


def event(request: str, group: str) -> dict[str, Any]:
    return {
        "RequestType": request,
        "ResponseURL": "https://answers.example.com/1",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Guard",
        "ResourceProperties": {"GroupId": group, "Region": REGION},
    }


def rules(group: str) -> list[Any]:
    (found,) = boto3.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return [*found["IpPermissions"], *found["IpPermissionsEgress"]]


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_the_default_group_is_closed_and_the_prefix_lists_are_found(
    vpc: str, answers: list[dict[str, Any]], context: Any, request_type: str
) -> None:
    handler(event(request_type, vpc), context)
    assert rules(vpc) == []
    (answer,) = answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", vpc)
    assert set(answer["Data"]) == {"S3PrefixList", "DynamoDbPrefixList"}
    assert all(found.startswith("pl-") for found in answer["Data"].values())


def test_closing_twice_is_closing_once(vpc: str) -> None:
    assert logic.secure(group_id=vpc, region=REGION) == logic.secure(group_id=vpc, region=REGION)
    assert rules(vpc) == []


def test_nothing_is_touched_when_the_vpc_goes(vpc: str, answers: list[dict[str, Any]], context: Any) -> None:
    before = rules(vpc)
    handler(event("Delete", vpc), context)
    assert rules(vpc) == before
    assert [(answer["Status"], answer["Data"]) for answer in answers] == [("SUCCESS", {})]


def test_rules_that_are_gone_are_fine_and_the_other_kind_is_still_removed(stubber: Stubber) -> None:
    stubber.add_client_error("revoke_security_group_ingress", "InvalidPermission.NotFound")
    stubber.add_response("revoke_security_group_egress", {"Return": True})
    logic.close_group("sg-0123456789abcdef0")
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "InvalidGroup.NotFound", "RequestLimitExceeded"])
def test_a_refusal_of_ec2_fails_the_deployment_with_its_reason(
    stubber: Stubber, answers: list[dict[str, Any]], context: Any, code: str
) -> None:
    stubber.add_client_error("revoke_security_group_ingress", code)
    context.log_stream_name = "stream"
    handler(event("Create", "sg-0123456789abcdef0"), context)
    (answer,) = answers
    assert (answer["Status"], answer["Data"]) == ("FAILED", {})
    assert code in answer["Reason"]


def test_a_refusal_of_ec2_is_not_swallowed(stubber: Stubber) -> None:
    stubber.add_client_error("revoke_security_group_ingress", "UnauthorizedOperation")
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        logic.close_group("sg-0123456789abcdef0")


def test_a_region_without_the_prefix_list_is_named(stubber: Stubber) -> None:
    stubber.add_response("describe_managed_prefix_lists", {"PrefixLists": []})
    with pytest.raises(LookupError, match=r"no prefix list is called com\.amazonaws\.us-east-1\.s3"):
        logic.prefix_list("com.amazonaws.us-east-1.s3")
