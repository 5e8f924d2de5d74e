from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from ml_constructs.bedrock.answer_options import Tenancy
from ml_constructs.bedrock.answer_users import AnswerUsers, existing_pool

TENANCY = Tenancy(claim="custom:tenant", attribute="tenant")
ARN = "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_Abc123XyZ"
Look = Callable[..., tuple[Any, Any]]


@pytest.fixture
def look(stack: cdk.Stack, template: Callable[[], Template]) -> Look:
    """The properties of the pool and of its client."""

    def define(**options: Any) -> tuple[Any, Any]:
        AnswerUsers(stack, "Users", **options)
        found = template()
        (pool,) = found.find_resources("AWS::Cognito::UserPool").values()
        (client,) = found.find_resources("AWS::Cognito::UserPoolClient").values()
        return pool, client["Properties"]

    return define


def test_members_are_made_by_administrators_and_kept(look: Look) -> None:
    pool, _ = look()
    assert pool["Properties"]["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"
    assert pool["DeletionPolicy"] == "Retain"
    assert "Schema" not in pool["Properties"]


def test_passwords_are_long_mixed_and_new(look: Look) -> None:
    policy = look()[0]["Properties"]["Policies"]["PasswordPolicy"]
    assert (policy["MinimumLength"], policy["PasswordHistorySize"], policy["TemporaryPasswordValidityDays"]) == (14, 12, 1)
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))


def test_the_second_factor_is_an_app_and_the_choice_of_the_member(look: Look) -> None:
    pool, _ = look()
    assert pool["Properties"]["MfaConfiguration"] == "OPTIONAL"
    assert pool["Properties"]["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_the_second_factor_can_be_required(look: Look) -> None:
    assert look(mfa="required")[0]["Properties"]["MfaConfiguration"] == "ON"


def test_no_plan_is_paid_for_from_the_first_member_on_unless_asked_for(look: Look) -> None:
    pool, _ = look()
    assert pool["Properties"]["UserPoolTier"] == "ESSENTIALS"
    assert "UserPoolAddOns" not in pool["Properties"]


def test_threat_protection_comes_with_its_plan(look: Look) -> None:
    pool, _ = look(threat_protection=True)
    assert pool["Properties"]["UserPoolTier"] == "PLUS"
    assert pool["Properties"]["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}


def test_a_pool_can_go_with_its_stack(look: Look) -> None:
    pool, _ = look(removal_policy=cdk.RemovalPolicy.DESTROY)
    assert pool["Properties"]["DeletionProtection"] == "INACTIVE"
    assert pool["DeletionPolicy"] == "Delete"


def test_the_client_has_no_secret_and_never_sees_a_password(look: Look) -> None:
    _, client = look()
    assert client["GenerateSecret"] is False
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["AllowedOAuthFlowsUserPoolClient"] is False


def test_tokens_are_short_lived_and_can_be_revoked(look: Look) -> None:
    _, client = look()
    assert (client["AccessTokenValidity"], client["IdTokenValidity"], client["RefreshTokenValidity"]) == (30, 30, 720)
    assert set(client["TokenValidityUnits"].values()) == {"minutes"}
    assert client["EnableTokenRevocation"] is True


def test_nobody_can_change_a_tenant_and_tokens_carry_it(look: Look) -> None:
    pool, client = look(tenancy=TENANCY)
    (tenant,) = pool["Properties"]["Schema"]
    assert (tenant["Name"], tenant["Mutable"]) == ("tenant", False)
    assert client["WriteAttributes"] == ["name"]
    assert "custom:tenant" in client["ReadAttributes"]


@pytest.mark.parametrize("options", [{}, {"mfa": "required", "threat_protection": True, "tenancy": TENANCY}])
def test_the_rule_packs_find_nothing(stack: cdk.Stack, findings: Callable[[], dict[str, list[str]]], options: dict[str, Any]) -> None:
    AnswerUsers(stack, "Users", **options)
    assert findings() == {}


def test_a_pool_that_is_there_already_is_known_by_its_arn(stack: cdk.Stack) -> None:
    assert existing_pool(stack, "Users", ARN).user_pool_id == "eu-central-1_Abc123XyZ"


@pytest.mark.parametrize("claim", ["tenant", "custom:", "custom:a-name-of-21-lettersX"])
def test_claims_that_a_pool_cannot_fill_are_refused(look: Look, claim: str) -> None:
    with pytest.raises(ValueError, match=f"claim must be custom: and 1 to 20 letters, digits, _ and -, got '{claim}'"):
        look(tenancy=Tenancy(claim=claim, attribute="tenant"))


def test_a_factor_that_is_neither_optional_nor_required_is_refused(look: Look) -> None:
    with pytest.raises(ValueError, match="mfa must be one of optional, required, got 'off'"):
        look(mfa="off")


def test_what_is_no_pool_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(ValueError, match="arn must be the ARN of a user pool, got 'eu-central-1_Abc123XyZ'"):
        existing_pool(stack, "Users", "eu-central-1_Abc123XyZ")
