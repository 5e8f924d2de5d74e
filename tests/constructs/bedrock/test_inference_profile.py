from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from ml_constructs.bedrock.guardrail import Guardrail
from ml_constructs.bedrock.guardrail_policy import GuardrailPolicy
from ml_constructs.bedrock.inference_profile import InferenceProfile, grant_invoke_model
from ml_constructs.bedrock.models import invocation_arns
from ml_constructs.foundation.roles import service_role

NOVA = "amazon.nova-lite-v1:0"
RERANKER = "amazon.rerank-v1:0"
PROFILE = "AWS::Bedrock::ApplicationInferenceProfile"
INVOKE, STREAM = "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"


@pytest.fixture
def guardrail(stack: cdk.Stack) -> Guardrail:
    return Guardrail(stack, "Guardrail", policy=GuardrailPolicy(), key=None)


@pytest.fixture
def role(stack: cdk.Stack) -> iam.Role:
    return service_role(stack, "Role", service="lambda.amazonaws.com")


def statements(stack: cdk.Stack) -> list[dict[str, Any]]:
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def name(stack: cdk.Stack, **arguments: Any) -> str:
    profile = InferenceProfile(stack, "Profile", **arguments)
    found = str(profile.resource.inference_profile_name)
    stack.node.try_remove_child("Profile")
    return found


def test_a_profile_over_a_model_is_named_after_the_stack(stack: cdk.Stack) -> None:
    InferenceProfile(stack, "Profile", model_id=NOVA)
    source = {"CopyFrom": stack.resolve(invocation_arns(stack, NOVA)[0])}
    expected = {"InferenceProfileName": Match.string_like_regexp("^Stack-Profile-[0-9A-F]{8}-[0-9a-f]{8}$"), "ModelSource": source}
    Template.from_stack(stack).has_resource_properties(PROFILE, expected)


def test_a_profile_over_a_geographic_one_copies_that_and_has_tags_of_its_own(stack: cdk.Stack) -> None:
    InferenceProfile(stack, "Profile", model_id=f"eu.{NOVA}", description="Answers", tags={"cost-center": "7"})
    source = stack.resolve(invocation_arns(stack, f"eu.{NOVA}")[0])
    assert source["Fn::Join"][1][-1] == f":inference-profile/eu.{NOVA}"
    tags = [{"Key": "cost-center", "Value": "7"}]
    expected = {"ModelSource": {"CopyFrom": source}, "Description": "Answers", "Tags": tags}
    Template.from_stack(stack).has_resource_properties(PROFILE, expected)


def test_whatever_replaces_the_profile_renames_it(stack: cdk.Stack) -> None:
    names = [
        name(stack, model_id=NOVA),
        name(stack, model_id=f"eu.{NOVA}"),
        name(stack, model_id=NOVA, description="Answers"),
        name(stack, model_id=NOVA, tags={"team": "a"}),
    ]
    assert len(set(names)) == 3
    assert names[0] == names[3]


def test_names_keep_to_what_bedrock_takes(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Long" + "-x" * 60, stack_name="a--b-" + "c" * 80)
    found = name(stack, model_id=NOVA)
    assert len(found) <= 64
    assert "--" not in found


def test_an_arn_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(ValueError, match="model_id must be the id of a model or of a geographic or global profile, got 'arn:aws:bedrock"):
        InferenceProfile(stack, "Profile", model_id="arn:aws:bedrock:us-east-1::foundation-model/x")


def test_the_model_is_invoked_through_the_profile_alone(stack: cdk.Stack, role: iam.Role) -> None:
    profile = InferenceProfile(stack, "Profile", model_id=f"eu.{NOVA}")
    profile.grant_invoke(role)
    through = {"StringEquals": {"bedrock:InferenceProfileArn": stack.resolve(profile.arn)}}
    models = [stack.resolve(arn) for arn in invocation_arns(stack, f"eu.{NOVA}")[1:]]
    assert statements(stack) == [
        {"Action": INVOKE, "Effect": "Allow", "Resource": stack.resolve(profile.arn)},
        {"Action": INVOKE, "Effect": "Allow", "Resource": models, "Condition": through},
    ]


def test_a_guardrail_is_demanded_where_calls_are_allowed_and_everything_else_is_denied(
    stack: cdk.Stack, role: iam.Role, guardrail: Guardrail
) -> None:
    profile = InferenceProfile(stack, "Profile", model_id=NOVA)
    profile.grant_invoke(role, guardrail=guardrail, streaming=True)
    (on_profile, on_model, denied) = statements(stack)
    named = {"bedrock:GuardrailIdentifier": stack.resolve(guardrail.versioned_arn)}
    both = [INVOKE, STREAM]
    assert on_profile["Condition"] == {"StringEquals": named}
    assert on_model["Condition"] == {"StringEquals": {**named, "bedrock:InferenceProfileArn": stack.resolve(profile.arn)}}
    assert (on_profile["Action"], on_model["Action"]) == (STREAM, STREAM)
    assert on_model["Resource"] == stack.resolve(invocation_arns(stack, NOVA)[0])
    assert denied == {"Action": both, "Effect": "Deny", "Resource": "*", "Condition": {"StringNotEquals": named}}


def test_streams_are_denied_without_the_guardrail_even_where_nothing_is_streamed(
    stack: cdk.Stack, role: iam.Role, guardrail: Guardrail
) -> None:
    grant_invoke_model(role, stack, NOVA, guardrail=guardrail)
    (allowed, denied) = statements(stack)
    assert (allowed["Action"], denied["Action"]) == (INVOKE, [INVOKE, STREAM])


def test_models_that_take_no_guardrail_are_spared(stack: cdk.Stack, role: iam.Role, guardrail: Guardrail) -> None:
    grant_invoke_model(role, stack, NOVA, guardrail=guardrail, unguarded=[RERANKER])
    denied = statements(stack)[-1]
    assert denied["NotResource"] == stack.resolve(invocation_arns(stack, RERANKER)[0])
    assert "Resource" not in denied


def test_without_an_application_profile_a_model_is_invoked_as_it_is(stack: cdk.Stack, role: iam.Role) -> None:
    grant_invoke_model(role, stack, NOVA, streaming=True)
    model = stack.resolve(invocation_arns(stack, NOVA)[0])
    assert statements(stack) == [{"Action": STREAM, "Effect": "Allow", "Resource": model}]


@pytest.mark.parametrize("prefix", ["eu.", "global."])
def test_without_an_application_profile_a_system_profile_is_the_only_way_to_its_model(
    stack: cdk.Stack, role: iam.Role, prefix: str
) -> None:
    grant_invoke_model(role, stack, prefix + NOVA)
    profile, *models = (stack.resolve(arn) for arn in invocation_arns(stack, prefix + NOVA))
    (on_profile, on_models) = statements(stack)
    assert on_profile == {"Action": INVOKE, "Effect": "Allow", "Resource": profile}
    assert on_models["Resource"] == models
    assert on_models["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": profile}}


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(
    stack: cdk.Stack, role: iam.Role, guardrail: Guardrail, findings: Callable[[], dict[str, list[str]]]
) -> None:
    profile = InferenceProfile(stack, "Profile", model_id=f"eu.{NOVA}")
    profile.grant_invoke(role, guardrail=guardrail, unguarded=[RERANKER])
    other = service_role(stack, "Other", service="lambda.amazonaws.com")
    grant_invoke_model(other, stack, f"us.{NOVA}", guardrail=guardrail)
    assert findings() == {}
