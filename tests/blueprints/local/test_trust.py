"""What policies let services do."""

import json
from typing import Any

import pytest

from blueprints.local.trust import allows, trusts

CONTEXT = {"aws:sourceaccount": "123456789012", "aws:sourcearn": "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/KB"}


def policy(**members: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Statement": [statement | members]}


@pytest.mark.parametrize(
    ("document", "trusted"),
    [
        (policy(), True),
        (json.dumps(policy()), True),
        (policy(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/*"}}), True),
        (policy(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:123456789012:agent/*"}}), False),
        (policy(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}), False),
        (policy(Condition={"NumericEquals": {"aws:SourceAccount": "123456789012"}}), False),
        (policy(Principal={"Service": "lambda.amazonaws.com"}), False),
        (policy(Action="sts:TagSession"), False),
        ({"Statement": [*policy()["Statement"], *policy(Effect="Deny")["Statement"]]}, False),
        ({}, False),
    ],
)
def test_roles_trust_whom_their_policy_names(document: dict[str, Any] | str, trusted: bool) -> None:
    assert trusts(document, "bedrock.amazonaws.com", CONTEXT) is trusted


@pytest.mark.parametrize(("sent", "allowed"), [(("a", "b"), True), (("c",), False)])
def test_one_of_the_values_sent_is_enough(sent: tuple[str, ...], allowed: bool) -> None:
    condition = {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": ["b", "d"]}}
    document = policy(Action="kms:Decrypt", Condition=condition)
    assert allows(document, "bedrock.amazonaws.com", "kms:Decrypt", {"kms:encryptioncontextkeys": sent}) is allowed
