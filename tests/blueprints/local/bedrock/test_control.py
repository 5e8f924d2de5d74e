"""The control plane as clients meet it."""

from typing import Any

import pytest

from blueprints.local.bedrock.control import BedrockControl
from tests.blueprints.local.in_process import InProcess

MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"


@pytest.fixture
def bedrock() -> Any:
    return InProcess(BedrockControl())("bedrock")


def test_what_is_defined_comes_back(bedrock: Any) -> None:
    grounding = {"filtersConfig": [{"type": "GROUNDING", "threshold": 0.7}]}
    texts = {"blockedInputMessaging": "no", "blockedOutputsMessaging": "never"}
    tags = [{"key": "team", "value": "a"}]
    created = bedrock.create_guardrail(name="g", contextualGroundingPolicyConfig=grounding, tags=tags, **texts)
    version = bedrock.create_guardrail_version(guardrailIdentifier=created["guardrailArn"])["version"]
    told = bedrock.get_guardrail(guardrailIdentifier=created["guardrailArn"], guardrailVersion=version)
    assert told["contextualGroundingPolicy"]["filters"] == [{"type": "GROUNDING", "threshold": 0.7}]
    assert bedrock.list_tags_for_resource(resourceARN=created["guardrailArn"])["tags"] == tags


def test_profiles_have_tags(bedrock: Any) -> None:
    tags = [{"key": "cost", "value": "b"}]
    arn = bedrock.create_inference_profile(inferenceProfileName="p", modelSource={"copyFrom": MODEL}, tags=tags)["inferenceProfileArn"]
    assert bedrock.get_inference_profile(inferenceProfileIdentifier=arn)["models"] == [{"modelArn": MODEL}]
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == tags


def test_what_is_not_there_has_the_services_error(bedrock: Any) -> None:
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_guardrail(guardrailIdentifier="none")
