import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.multi_model_inference_settings import MultiModelInferenceSettings

POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XyZ"
IMAGE = {"repository_arn": "arn:aws:ecr:eu-west-1:123456789012:repository/many-models", "tag": "7"}


def read(**settings: Any) -> MultiModelInferenceSettings:
    return MultiModelInferenceSettings.model_validate(settings)


def conflicts(network: Any = "own", **settings: Any) -> dict[str, str]:
    return {".".join(location): message for location, message in read(**settings).conflicts(compliance="baseline", network=network)}


def test_nothing_has_to_be_said() -> None:
    settings = read()
    assert (settings.models.framework, settings.tenant_claim, settings.models.cache) == ("xgboost", "custom:tenant", True)
    assert (settings.scaling.min_instances, settings.callers.auth, settings.callers.api) == (2, "cognito", "regional")
    assert (settings.required_endpoints, settings.private_endpoints) == (("sagemaker.runtime",), ())


def test_callers_of_a_private_api_have_an_endpoint() -> None:
    assert read(callers={"api": "private"}).private_endpoints == ("execute-api",)


def test_triton_holds_many_models_on_the_gpus_that_aws_names() -> None:
    settings = read(models={"framework": "triton", "accelerator": "gpu"}, hosting={"instance_type": "ml.g5.xlarge"})
    assert settings.models.accelerator == "gpu"


def test_memory_is_full_of_models_before_it_is_short() -> None:
    assert read().alarms.endpoint.value().memory_percent == 95


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"callers": {"auth": "iam"}}, "Input should be 'cognito'"),
        ({"callers": {"users": {"pool_arn": POOL}}}, "users.client_ids must name a client at least when users.pool_arn is given"),
        ({"tenant_claim": "sub"}, "String should match pattern"),
        ({"tenant_claim": "custom:"}, "String should match pattern"),
        ({"models": {"framework": "kmeans"}}, "Input should be 'xgboost'"),
        ({"models": {"framework": "hugging-face"}}, "Input should be 'xgboost'"),
        (
            {"models": {"framework": "pytorch", "accelerator": "gpu"}},
            "accelerator must be cpu for pytorch, as triton alone holds many models",
        ),
        ({"models": {"framework": "xgboost", "version": "0.1"}}, "version of xgboost must be one of"),
        ({"models": {"accelerator": "neuron"}}, "Input should be 'cpu' or 'gpu'"),
        ({"models": {"image": IMAGE}}, "image.multi_model must be true, for an image that can serve many models at once, got false"),
        ({"hosting": {"instance_type": "ml.g6.xlarge"}}, "hosting.instance_type must have no accelerator, or be one of ml.g4dn.xlarge"),
        ({"hosting": {"instance_type": "ml.g5.xlarge"}}, "hosting.instance_type must be a type that runs xgboost"),
        ({"hosting": {"instance_type": "ml.m6g.large"}}, "hosting.instance_type must be a type that runs xgboost"),
        ({"models": {"framework": "triton", "accelerator": "gpu"}}, "hosting.instance_type must be a type that runs triton"),
        ({"hosting": {"instance_type": "ml.inf2.xlarge"}}, "hosting.instance_type must have no accelerator"),
        ({"scaling": {"min_instances": 1}}, "min_instances must be at least 2, or 1 with allow_single, got 1"),
        ({"deployment": {"strategy": "canary"}, "scaling": {"min_instances": 1, "allow_single": True}}, "deployment must be AllAtOnce"),
        ({"data_capture": {"enabled": True}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


def test_a_private_api_needs_a_network_of_its_own() -> None:
    assert conflicts(callers={"api": "private"}) == {}
    refused = {"callers.api": "private is not allowed unless network is own; allowed: regional"}
    assert conflicts(network="none", callers={"api": "private"}) == refused
