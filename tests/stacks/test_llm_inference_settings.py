from typing import Any

import pytest
from pydantic import ValidationError

from stacks.llm_inference import LlmInferenceSettings

ONE = {"assistant": {"artifact": "s3://example-models/assistant/"}}
ADAPTED = {"assistant": ONE["assistant"] | {"adapters": {"legal": {"artifact": "s3://example-models/legal.tar.gz"}}}}


def read(**settings: Any) -> LlmInferenceSettings:
    return LlmInferenceSettings.model_validate({"models": ONE} | settings)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"models": {}}, "at least 1 item"),
        ({"models": {"Assistant": ONE["assistant"]}}, "should match pattern"),
        ({"models": {"assistant": {"artifact": "s3://example-models/model.tar.gz"}}}, "should match pattern"),
        ({"instance_types": ["ml.inf2.xlarge"]}, "instance_types must be a type that runs djl-lmi"),
        ({"accelerator": "inferentia2", "instance_types": ["ml.trn1.2xlarge"]}, "instance_types must be of ml.inf2.xlarge"),
        ({"accelerator": "trainium", "instance_types": ["ml.trn2.48xlarge"]}, "instance_types must be of ml.trn1.2xlarge"),
        ({"instance_types": ["ml.g9.huge"]}, "instance type must be one of SageMaker's"),
        ({"accelerator": "inferentia2", "models": ADAPTED}, "models must have no adapters with accelerator inferentia2"),
        ({"models": ADAPTED | {"legal": ONE["assistant"]}}, "names that differ, got legal twice"),
        ({"models": ONE | {"writer": ONE["assistant"]}}, "copies must fit 2 of ml.g6.2xlarge .* 2 of 4 do, got no room for writer"),
        ({"models": {"large": ONE["assistant"] | {"accelerators": 2}}}, "large must fit an instance of ml.g6.2xlarge"),
        ({"instances": {"minimum": 1}}, "minimum must be 0, 2 or more, or 1 with allow_single, got 1"),
        ({"instances": {"minimum": 3}}, "minimum must be from 0 to 2"),
        ({"models": {"assistant": ONE["assistant"] | {"copies": {"initial": 3}}}}, "initial must be from 0 to 2, got 3"),
        ({"instance_types": ["ml.g6.2xlarge", "ml.g6.2xlarge"]}, "instance_types must differ, got ml.g6.2xlarge twice"),
        ({"limits": {"max_tokens": 0}}, "greater than or equal to 1"),
        ({"limits": {"max_tokens": 4096}}, "limits.max_tokens must be below context_tokens of assistant, 4096"),
    ],
)
def test_refuses_settings_that_can_not_be_deployed(settings: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        read(**settings)


@pytest.mark.parametrize(
    ("settings", "path"), [({"model_in_network": True}, ("model_in_network",)), ({"callers": {"api": "private"}}, ("callers", "api"))]
)
def test_finds_what_a_deployment_without_a_network_can_not_have(settings: dict[str, Any], path: tuple[str, ...]) -> None:
    found = read(**settings).conflicts(compliance="baseline", network="none")
    assert [where for where, _ in found] == [path]
