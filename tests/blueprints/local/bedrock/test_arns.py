"""ARNs behind identifiers."""

import pytest

from blueprints.local.bedrock import arns

MODEL = "arn:aws:bedrock:{}::foundation-model/a.b"


@pytest.mark.parametrize(
    ("model", "arn"),
    [
        ("a.b", MODEL.format("us-east-1")),
        (MODEL.format("eu-west-1"), MODEL.format("eu-west-1")),
        ("us.a.b", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b"),
        ("us-gov.a.b", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us-gov.a.b"),
    ],
)
def test_models_and_profiles_are_invoked(model: str, arn: str) -> None:
    assert arns.invocable(model) == arn


@pytest.mark.parametrize(
    ("source", "regions"),
    [
        (MODEL.format("us-east-1"), ["us-east-1"]),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.a.b", ["us-east-1", *arns.DESTINATIONS["eu"]]),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b", ["us-east-1", "us-east-2", "us-west-2"]),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", []),
    ],
)
def test_behind_a_profile_is_its_model_here_and_elsewhere(source: str, regions: list[str]) -> None:
    assert arns.models_behind(source) == [MODEL.format(region) for region in regions]


def test_what_is_an_arn_already_stays() -> None:
    assert arns.own("guardrail", "g") == "arn:aws:bedrock:us-east-1:123456789012:guardrail/g"
    assert arns.own("guardrail", "arn:aws:x") == "arn:aws:x"
