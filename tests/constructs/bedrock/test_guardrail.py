from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from ml_constructs.bedrock import guardrail as guardrail_module
from ml_constructs.bedrock import guardrail_properties
from ml_constructs.bedrock.guardrail import Guardrail
from ml_constructs.bedrock.guardrail_policy import GuardrailPolicy
from ml_constructs.foundation import DataKey
from ml_constructs.foundation.roles import service_role

VERSION = "AWS::Bedrock::GuardrailVersion"
POLICY = GuardrailPolicy(words=("secret",))
IRELAND = cdk.Environment(account="123456789012", region="eu-west-1")


@pytest.fixture
def guardrail(stack: cdk.Stack, key: DataKey) -> Guardrail:
    return Guardrail(stack, "Guardrail", policy=POLICY, key=key)


def role(stack: cdk.Stack) -> iam.Role:
    return service_role(stack, "Role", service="lambda.amazonaws.com")


def statements(template: Template) -> list[dict[str, Any]]:
    policies = template.find_resources("AWS::IAM::Policy").values()
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_it_is_encrypted_named_after_the_stack_and_has_a_version(guardrail: Guardrail, stack: cdk.Stack, key: DataKey) -> None:
    template = Template.from_stack(stack)
    expected = {
        "Name": Match.string_like_regexp("^Stack-Guardrail-[0-9A-F]{8}$"),
        "KmsKeyArn": stack.resolve(key.key_arn),
        "WordPolicyConfig": {"WordsConfig": [{"Text": "secret"}]},
        "BlockedInputMessaging": "This can't be asked here.",
        "BlockedOutputsMessaging": "This can't be answered here.",
        "CrossRegionConfig": Match.absent(),
    }
    template.has_resource_properties("AWS::Bedrock::Guardrail", expected)
    template.has_resource_properties(VERSION, {"GuardrailIdentifier": stack.resolve(guardrail.guardrail_id)})


def test_a_name_is_never_longer_than_guardrails_take(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Stack" + "x" * 100)
    Guardrail(stack, "Guardrail", policy=POLICY, key=None)
    (found,) = Template.from_stack(stack).find_resources("AWS::Bedrock::Guardrail").values()
    assert len(found["Properties"]["Name"]) <= 50
    assert "KmsKeyArn" not in found["Properties"]


def versions(policy: GuardrailPolicy, *, encrypted: bool = True, description: str | None = None, before: int = 0) -> list[str]:
    """The logical ids of the versions in a template of its own."""
    app = cdk.App(analytics_reporting=False)
    stack = cdk.Stack(app, "Stack")
    for number in range(before):  # tokens are numbered as they are made
        kms.Key(stack, f"Other{number}")
    key = kms.Key(stack, "Key") if encrypted else None
    Guardrail(stack, "Guardrail", policy=policy, key=key, description=description)
    return list(Template.from_stack(stack).find_resources(VERSION))


def test_the_same_content_has_the_same_version_in_every_synthesis() -> None:
    assert versions(POLICY) == versions(POLICY, before=2) == versions(replace(POLICY), description="Described anew")


@pytest.mark.parametrize(
    "edited",
    [
        replace(POLICY, words=("other",)),
        replace(POLICY, filters=POLICY.filters[1:]),
        replace(POLICY, input_message="No."),
        replace(POLICY, geography="eu"),
        replace(POLICY, reasoning_policies=("arn",)),
    ],
)
def test_an_edit_makes_a_new_version(edited: GuardrailPolicy) -> None:
    assert versions(edited) != versions(POLICY)


def test_a_policy_that_is_written_otherwise_makes_a_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = versions(POLICY)
    strict = replace(POLICY, profanity=True)
    monkeypatch.setattr(guardrail_module, "properties", lambda _: guardrail_properties.properties(strict))
    assert versions(POLICY) != usual


def test_another_key_makes_a_new_version() -> None:
    assert versions(POLICY, encrypted=False) != versions(POLICY)


def test_callers_name_the_version_behind_the_arn(guardrail: Guardrail, stack: cdk.Stack) -> None:
    arn, version = stack.resolve(guardrail.guardrail_arn), stack.resolve(guardrail.version)
    assert stack.resolve(guardrail.versioned_arn) == {"Fn::Join": ["", [arn, ":", version]]}
    assert version["Fn::GetAtt"][0] in Template.from_stack(stack).find_resources(VERSION)


def test_who_applies_it_may_read_it_through_bedrock(guardrail: Guardrail, stack: cdk.Stack, key: DataKey) -> None:
    guardrail.grant_apply(role(stack))
    (apply, decrypt) = statements(Template.from_stack(stack))
    assert apply == {"Action": "bedrock:ApplyGuardrail", "Effect": "Allow", "Resource": stack.resolve(guardrail.guardrail_arn)}
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", stack.resolve(key.key_arn))
    assert decrypt["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Join"][1][0] == "bedrock."


def test_in_a_geography_it_is_applied_in_any_of_its_regions_and_no_other(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Located", env=IRELAND)
    guardrail = Guardrail(stack, "Guardrail", policy=replace(POLICY, tier="STANDARD", geography="eu"), key=None)
    guardrail.grant_apply(role(stack))
    template = Template.from_stack(stack)
    profile, anywhere = (
        stack.resolve(f"arn:{stack.partition}:bedrock:{region}:123456789012:guardrail-profile/eu.guardrail.v1:0")
        for region in ("eu-west-1", "eu-*")
    )
    template.has_resource_properties("AWS::Bedrock::Guardrail", {"CrossRegionConfig": {"GuardrailProfileArn": profile}})
    resources = statements(template)[0]["Resource"]
    assert len(resources) == 2
    assert all(arn in resources for arn in (stack.resolve(guardrail.guardrail_arn), anywhere))


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(stack: cdk.Stack, findings: Callable[[], dict[str, list[str]]]) -> None:
    guardrail = Guardrail(stack, "Guardrail", policy=replace(POLICY, tier="STANDARD", geography="eu"), key=DataKey(stack, "OwnKey"))
    guardrail.grant_apply(role(stack))
    assert findings() == {}
