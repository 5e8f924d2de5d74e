"""Notices are published with the rights of the role that Textract was given."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.textract import notices as module
from blueprints.local.stand_ins.textract.notices import check_channel, publish, trusts_textract

Aws = Callable[[str], Any]
ACCOUNT = "123456789012"


def trust(**members: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": "textract.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement | members]}


@pytest.mark.parametrize(
    ("policy", "trusted"),
    [
        (trust(), True),
        (json.dumps(trust()), True),
        (trust(Action=["sts:*"]), True),
        (trust(Principal="*"), True),
        (trust(Principal={"Service": ["sns.amazonaws.com", "textract.amazonaws.com"]}), True),
        (
            trust(
                Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": f"arn:aws:textract:*:{ACCOUNT}:*"}}
            ),
            True,
        ),
        (trust(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}), False),
        (trust(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:textract:eu-west-1:{ACCOUNT}:*"}}), False),
        (trust(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), False),
        (trust(Principal={"Service": "lambda.amazonaws.com"}), False),
        (trust(Principal={"AWS": "*"}), False),
        (trust(Action="sts:TagSession"), False),
        (trust(Effect="Deny"), False),
        ({"Statement": [*trust()["Statement"], *trust(Effect="Deny")["Statement"]]}, False),
        ({}, False),
    ],
)
def test_judges_trust_policies_as_textract_meets_them(policy: dict[str, Any] | str, trusted: bool) -> None:
    assert trusts_textract(policy, account=ACCOUNT, region="us-east-1") is trusted


def test_takes_a_channel_whose_role_and_topic_exist(channel: dict[str, str], aws: Aws) -> None:
    check_channel(channel, aws)


@pytest.mark.parametrize(
    "wrong", [{"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none"}, {"SNSTopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:none"}]
)
def test_refuses_a_role_or_a_topic_that_does_not_exist(wrong: dict[str, str], channel: dict[str, str], aws: Aws) -> None:
    with pytest.raises(StandInError, match=r"InvalidParameterException.*does not exist"):
        check_channel(channel | wrong, aws)


def test_refuses_a_role_that_textract_cannot_assume(channel: dict[str, str], aws: Aws) -> None:
    other = json.dumps(trust(Principal={"Service": "lambda.amazonaws.com"}))
    aws("iam").update_assume_role_policy(RoleName="publisher", PolicyDocument=other)
    with pytest.raises(StandInError, match="cannot assume"):
        check_channel(channel, aws)


def test_publishes_as_the_role(channel: dict[str, str], aws: Aws, notices: Any) -> None:
    assert publish(channel, {"JobId": "j"}, aws)
    assert notices() == [{"JobId": "j"}]


def test_a_topic_that_is_gone_is_told_in_the_log(channel: dict[str, str], aws: Aws, caplog: pytest.LogCaptureFixture) -> None:
    aws("sns").delete_topic(TopicArn=channel["SNSTopicArn"])
    assert not publish(channel, {"JobId": "j"}, aws)
    assert "could not publish" in caplog.text


class Refusing:
    """An AWS where only services may assume roles, and where policies are evaluated."""

    def __init__(self, aws: Aws, *allowed: str) -> None:
        self._aws = aws
        self._allowed = allowed
        self.asked: list[tuple[str, str]] = []

    def __call__(self, service: str) -> Any:
        return self if service in ("sts", "iam") else self._aws(service)

    def assume_role(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "AssumeRole")

    def simulate_principal_policy(self, *, PolicySourceArn: str, ActionNames: list[str], ResourceArns: list[str]) -> Any:  # noqa: N803
        self.asked.append((ActionNames[0], ResourceArns[0]))
        decision = "allowed" if ActionNames[0] in self._allowed else "implicitDeny"
        return {"EvaluationResults": [{"EvalActionName": ActionNames[0], "EvalDecision": decision}]}


def test_where_nobody_can_assume_the_role_its_policies_decide(channel: dict[str, str], aws: Aws, notices: Any) -> None:
    refusing = Refusing(aws, "sns:Publish")
    assert publish(channel, {"JobId": "j"}, refusing)
    assert refusing.asked == [("sns:Publish", channel["SNSTopicArn"])]
    assert notices() == [{"JobId": "j"}]


def test_a_role_without_the_right_publishes_nothing(
    channel: dict[str, str], aws: Aws, notices: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert not publish(channel, {"JobId": "j"}, Refusing(aws))
    assert notices() == []
    assert "sns:Publish" in caplog.text


@pytest.mark.parametrize(
    ("allowed", "published"), [(("sns:Publish",), False), (("sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"), True)]
)
def test_an_encrypted_topic_needs_its_key(allowed: tuple[str, ...], published: bool, channel: dict[str, str], aws: Aws) -> None:
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    aws("sns").set_topic_attributes(TopicArn=channel["SNSTopicArn"], AttributeName="KmsMasterKeyId", AttributeValue=key)
    assert publish(channel, {"JobId": "j"}, Refusing(aws, *allowed)) is published


def test_publishes_with_the_credentials_of_the_role(channel: dict[str, str], aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[dict[str, Any]] = []
    session = module._session()
    make = session.client
    monkeypatch.setattr(session, "client", lambda service, **options: used.append(options) or make(service, **options))
    publish(channel, {}, aws)
    assert used[0]["aws_session_token"]
    assert used[0]["aws_access_key_id"] != "testing"
