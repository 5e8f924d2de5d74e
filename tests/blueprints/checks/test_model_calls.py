from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.model_calls import model_targets

MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
SYSTEM_PROFILE = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0"
RESOURCES = {
    "Base": {"Type": "AWS::Bedrock::KnowledgeBase"},
    "Rail": {"Type": "AWS::Bedrock::Guardrail"},
    "Plain": {"Type": "AWS::Bedrock::ApplicationInferenceProfile", "Properties": {"ModelSource": {"CopyFrom": MODEL}}},
    "Wide": {"Type": "AWS::Bedrock::ApplicationInferenceProfile", "Properties": {"ModelSource": {"CopyFrom": SYSTEM_PROFILE}}},
}
ACCOUNT = Account({"s": {"Resources": RESOURCES}})
PROFILES = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile"
RAIL = "arn:aws:bedrock:us-east-1:111122223333:guardrail/s-Rail"


def arns(action: str, **parameters: Any) -> set[str]:
    return {arn for arn, _ in model_targets(ACCOUNT, action, parameters)}


def test_a_model_is_one_of_the_region() -> None:
    assert arns("bedrock:InvokeModel", modelId="amazon.nova-lite-v1:0") == {MODEL}


def test_a_geographic_profile_is_itself_and_its_model_here_and_elsewhere() -> None:
    elsewhere = MODEL.replace("us-east-1", "us-example-1")
    assert arns("bedrock:InvokeModel", modelId="us.amazon.nova-lite-v1:0") == {SYSTEM_PROFILE, MODEL, elsewhere}


def test_a_global_profile_asks_for_the_model_of_no_region() -> None:
    assert MODEL.replace("us-east-1", "") in arns("bedrock:InvokeModel", modelId="global.amazon.nova-lite-v1:0")


@pytest.mark.parametrize(("name", "count"), [("Plain", 2), ("Wide", 3)])
def test_an_application_profile_is_itself_and_what_it_stands_for_by_its_name(name: str, count: int) -> None:
    profile = f"{PROFILES}/s-{name}"
    targets = model_targets(ACCOUNT, "bedrock:InvokeModelWithResponseStream", {"modelId": profile})
    assert len(targets) == count
    assert targets[0] == (profile, ())
    assert {context for _, context in targets[1:]} == {(("bedrock:inferenceprofilearn", profile),)}


def test_a_call_under_a_guardrail_carries_its_numbered_version() -> None:
    parameters = {
        "modelId": "amazon.nova-lite-v1:0",
        "guardrailConfig.guardrailIdentifier": RAIL,
        "guardrailConfig.guardrailVersion": "3",
    }
    assert model_targets(ACCOUNT, "bedrock:InvokeModel", parameters) == [(MODEL, (("bedrock:guardrailidentifier", f"{RAIL}:3"),))]


def test_knowledge_bases_and_guardrails_are_named_by_their_arns() -> None:
    assert arns("bedrock:Retrieve", knowledgeBaseId="s-Base") == {"arn:aws:bedrock:us-east-1:111122223333:knowledge-base/s-Base"}
    assert arns("bedrock:ApplyGuardrail", guardrailIdentifier=RAIL) == {RAIL}
    assert arns("bedrock:Retrieve") == {"{unknown}"}
