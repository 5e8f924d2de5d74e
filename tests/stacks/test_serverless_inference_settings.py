import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.serverless_inference_settings import ServerlessInferenceSettings

IMAGE = {"repository_arn": "arn:aws:ecr:eu-west-1:123456789012:repository/models", "tag": "1", "accelerators": ["gpu"]}


def read(**settings: Any) -> ServerlessInferenceSettings:
    return ServerlessInferenceSettings.model_validate(settings)


def conflicts(network: Any, **settings: Any) -> dict[str, str]:
    return {".".join(location): message for location, message in read(**settings).conflicts(compliance="baseline", network=network)}


def test_nothing_has_to_be_said() -> None:
    settings = read()
    assert (settings.memory_mb, settings.max_concurrency, settings.provisioned) == (2048, 5, None)
    assert (settings.required_endpoints, settings.private_endpoints) == (("sagemaker.runtime",), ())


def test_a_model_need_not_be_told_that_it_is_not_isolated() -> None:
    assert read(model={"framework": "scikit-learn"}).model.network_isolation is False


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model_in_network": True}, "model_in_network must be false, as serverless endpoints join no network, got true"),
        ({"model": {"network_isolation": True}}, "network_isolation must be false, as serverless endpoints don't know it, got true"),
        (
            {"model": {"framework": "pytorch", "accelerator": "gpu"}},
            "accelerator must be cpu, as serverless endpoints have no others, got gpu",
        ),
        ({"model": {"image": IMAGE}}, "accelerator must be cpu, as serverless endpoints have no others, got gpu"),
        (
            {"model": {"artifact": "s3://models/churn/"}},
            "artifact must be a .tar.gz archive, as serverless endpoints take no unpacked files",
        ),
        ({"memory_mb": 1500}, "Input should be 1024, 2048, 3072, 4096, 5120 or 6144"),
        ({"max_concurrency": 201}, "less than or equal to 200"),
        ({"provisioned": {"minimum": 3}}, "maximum must be from 3 to 200, got 1"),
        ({"provisioned": {"maximum": 6}}, "maximum of provisioned must be at most max_concurrency, 5, got 6"),
        ({"requests": {"max_bytes": 4_194_305}}, "requests.max_bytes must be at most 4194304 for a serverless endpoint, got 4194305"),
        ({"data_capture": {"enabled": True}}, "Extra inputs are not permitted"),
    ],
)
def test_what_serverless_endpoints_do_not_have_is_refused_with_the_reason(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


def test_the_largest_request_is_that_of_serverless_endpoints() -> None:
    assert read(requests={"max_bytes": 4_194_304}).requests.max_bytes == 4_194_304


def test_functions_may_run_in_a_network_and_a_private_api_needs_one() -> None:
    assert conflicts("own", callers={"api": "private"}) == {}
    assert conflicts("none", callers={"api": "private"}) == {
        "callers.api": "private is not allowed unless network is own; allowed: regional"
    }
