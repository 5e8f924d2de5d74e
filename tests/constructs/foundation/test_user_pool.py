from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from ml_constructs.foundation.user_pool import UserPool, existing_pool

ARN = "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_Abc123XyZ"
Look = Callable[..., tuple[Any, Any]]


@pytest.fixture
def look(stack: cdk.Stack, template: Callable[[], Template]) -> Look:
    """The pool and the properties of its client."""

    def define(**options: Any) -> tuple[Any, Any]:
        UserPool(stack, "Users", **options)
        found = template()
        (pool,) = found.find_resources("AWS::Cognito::UserPool").values()
        (client,) = found.find_resources("AWS::Cognito::UserPoolClient").values()
        return pool, client["Properties"]

    return define


def test_members_are_made_by_administrators_and_kept_and_have_no_claim(look: Look) -> None:
    pool, client = look()
    assert pool["Properties"]["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["DeletionPolicy"] == "Retain"
    assert "Schema" not in pool["Properties"]
    assert client["WriteAttributes"] == ["name"]


def test_nobody_can_change_a_claim_and_tokens_carry_it(look: Look) -> None:
    pool, client = look(claim="custom:team")
    (attribute,) = pool["Properties"]["Schema"]
    assert (attribute["Name"], attribute["Mutable"]) == ("team", False)
    assert client["WriteAttributes"] == ["name"]
    assert "custom:team" in client["ReadAttributes"]


def test_a_second_factor_threat_protection_and_an_end_with_the_stack_can_be_chosen(look: Look) -> None:
    pool, _ = look(mfa="required", threat_protection=True, removal_policy=cdk.RemovalPolicy.DESTROY)
    assert (pool["Properties"]["MfaConfiguration"], pool["Properties"]["UserPoolTier"]) == ("ON", "PLUS")
    assert (pool["Properties"]["DeletionProtection"], pool["DeletionPolicy"]) == ("INACTIVE", "Delete")


def test_a_pool_that_is_there_already_is_known_by_its_arn(stack: cdk.Stack) -> None:
    assert existing_pool(stack, "Users", ARN).user_pool_id == "eu-central-1_Abc123XyZ"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"claim": "team"}, "claim must be custom: and 1 to 20 letters, digits, _ and -, got 'team'"),
        ({"mfa": "off"}, "mfa must be one of optional, required, got 'off'"),
    ],
)
def test_what_a_pool_does_not_have_is_refused(look: Look, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        look(**options)


def test_what_is_no_pool_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(ValueError, match="arn must be the ARN of a user pool, got 'eu-central-1_Abc123XyZ'"):
        existing_pool(stack, "Users", "eu-central-1_Abc123XyZ")
