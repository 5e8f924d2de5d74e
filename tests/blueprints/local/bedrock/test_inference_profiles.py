"""Inference profiles of the account and of AWS."""

from typing import Any

import pytest

from blueprints.local.bedrock.inference_profiles import InferenceProfiles
from blueprints.local.stand_ins import StandInError

OWN = "arn:aws:bedrock:us-east-1:123456789012"
MODEL = "arn:aws:bedrock:{}::foundation-model/a.b"


def create(profiles: InferenceProfiles, source: str, **rest: Any) -> str:
    request = {"inferenceProfileName": "p", "modelSource": {"copyFrom": source}, **rest}
    return str(profiles.answers["CreateInferenceProfile"](request)["inferenceProfileArn"])


@pytest.mark.parametrize(
    ("source", "regions"),
    [(MODEL.format("us-east-1"), ["us-east-1"]), (f"{OWN}:inference-profile/us.a.b", ["us-east-1", "us-east-2", "us-west-2"])],
)
def test_a_profile_reaches_what_it_was_copied_from(source: str, regions: list[str]) -> None:
    profiles = InferenceProfiles()
    arn = create(profiles, source, description="d")
    told = profiles.answers["GetInferenceProfile"]({"inferenceProfileIdentifier": arn})
    assert [model["modelArn"] for model in told["models"]] == profiles.models_of(arn) == [MODEL.format(region) for region in regions]
    assert (told["type"], told["status"], told["description"]) == ("APPLICATION", "ACTIVE", "d")
    assert profiles.answers["GetInferenceProfile"]({"inferenceProfileIdentifier": arn.rpartition("/")[2]}) == told
    assert profiles.answers["ListInferenceProfiles"]({"type": "APPLICATION"})["inferenceProfileSummaries"] == [told]


@pytest.mark.parametrize("identifier", ["us.a.b", f"{OWN}:inference-profile/us.a.b"])
def test_profiles_of_aws_are_known(identifier: str) -> None:
    told = InferenceProfiles().answers["GetInferenceProfile"]({"inferenceProfileIdentifier": identifier})
    assert (told["inferenceProfileId"], told["type"], len(told["models"])) == ("us.a.b", "SYSTEM_DEFINED", 3)


def test_a_deleted_profile_is_gone() -> None:
    profiles = InferenceProfiles()
    arn = create(profiles, MODEL.format("us-east-1"))
    assert profiles.exists(arn)
    profiles.answers["DeleteInferenceProfile"]({"inferenceProfileIdentifier": arn})
    assert not profiles.exists(arn)
    assert profiles.models_of(arn) == []


@pytest.mark.parametrize("operation", ["GetInferenceProfile", "DeleteInferenceProfile"])
def test_what_does_not_exist_is_not_found(operation: str) -> None:
    with pytest.raises(StandInError, match=r"ResourceNotFoundException.*profile a\.b was not found"):
        InferenceProfiles().answers[operation]({"inferenceProfileIdentifier": "a.b"})


@pytest.mark.parametrize("source", ["a.b", f"{OWN}:application-inference-profile/abc"])
def test_a_profile_is_made_of_a_model_or_of_a_profile_of_aws(source: str) -> None:
    with pytest.raises(StandInError, match="modelSource must be the ARN of a model or of a profile of AWS"):
        create(InferenceProfiles(), source)


def test_the_profiles_of_aws_are_not_listed() -> None:
    with pytest.raises(StandInError, match="NotImplemented"):
        InferenceProfiles().answers["ListInferenceProfiles"]({"type": "SYSTEM_DEFINED"})
