"""How the parts of an endpoint configuration go together."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.blueprints.local.serving import MODEL, ROLE, VARIANT, Served

SERVERLESS = {"VariantName": "AllTraffic", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
COMPONENTS = {"VariantName": "AllTraffic", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
ASYNC: dict[str, Any] = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://data/out"}}}
CAPTURE = {
    "DataCaptureConfig": {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://data/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
}


@pytest.fixture
def served(served: Served) -> Served:
    served.model()
    return served


@pytest.mark.parametrize(
    ("variant", "settings"),
    [
        (VARIANT, ASYNC),
        (VARIANT, CAPTURE),
        (SERVERLESS, {}),
        (COMPONENTS, {"ExecutionRoleArn": ROLE}),
        ({**COMPONENTS, "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0}}, {"ExecutionRoleArn": ROLE}),
        ({**VARIANT, "InstanceType": None, "InstancePools": [{"InstanceType": "ml.m5.large", "Priority": 1}]}, {}),
        (VARIANT, {"MetricsConfig": {"EnableEnhancedMetrics": True}}),
    ],
)
def test_what_goes_together_comes_back(served: Served, variant: dict[str, Any], settings: dict[str, Any]) -> None:
    given = {name: value for name, value in variant.items() if value is not None}
    served.config(given, **settings)
    told = served.sagemaker.describe_endpoint_config(EndpointConfigName="c")
    assert told["ProductionVariants"] == [given]
    assert settings.items() <= told.items()


@pytest.mark.parametrize(
    ("variant", "settings", "message"),
    [
        ({**VARIANT, "ServerlessConfig": SERVERLESS["ServerlessConfig"]}, {}, "must have one of InstanceType, InstancePools and Server"),
        ({"VariantName": "AllTraffic", "ModelName": "m", "InitialInstanceCount": 1}, {}, "got none"),
        ({**VARIANT, "ModelName": "gone"}, {}, "Could not find model"),
        ({"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.large"}, {}, "must have an InitialInstanceCount"),
        (COMPONENTS, {}, "must then have an ExecutionRoleArn"),
        (COMPONENTS, {"ExecutionRoleArn": ROLE, **ASYNC}, "An asynchronous endpoint can't have inference components"),
        (SERVERLESS, CAPTURE, "is serverless, which can't be combined with DataCaptureConfig"),
        (SERVERLESS, ASYNC, "is serverless, which can't be combined with AsyncInferenceConfig"),
        ({**SERVERLESS, "InitialInstanceCount": 1}, {}, "is serverless and can't have an InitialInstanceCount"),
        ({**SERVERLESS, "ServerlessConfig": {"MemorySizeInMB": 1500, "MaxConcurrency": 5}}, {}, "must be a multiple of 1024, got 1500"),
        (
            {**SERVERLESS, "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5, "ProvisionedConcurrency": 6}},
            {},
            "ProvisionedConcurrency must not be greater than MaxConcurrency",
        ),
        (VARIANT, {"ExecutionRoleArn": f"{ROLE}Gone"}, "Could not assume role"),
    ],
)
def test_what_does_not_go_together_is_refused(served: Served, variant: dict[str, Any], settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=f"ValidationException.*{message}"):
        served.config(variant, **settings)


def test_variants_have_names_of_their_own(served: Served) -> None:
    with pytest.raises(ClientError, match="Variant names must be unique"):
        served.config(VARIANT, VARIANT)


def test_a_serverless_or_asynchronous_variant_is_alone(served: Served) -> None:
    other = {**VARIANT, "VariantName": "Other"}
    with pytest.raises(ClientError, match="is serverless and must be the only one"):
        served.config(SERVERLESS, other)
    with pytest.raises(ClientError, match="must have exactly one production variant"):
        served.config(VARIANT, other, **ASYNC)
    with pytest.raises(ClientError, match="exactly one production variant for a shadow variant"):
        served.config(VARIANT, other, ShadowProductionVariants=[{**VARIANT, "VariantName": "Shadow"}])


def test_models_have_to_fit_serverless_and_asynchronous_endpoints(served: Served) -> None:
    served.model("many", {**MODEL, "Mode": "MultiModel"})
    served.model("isolated", EnableNetworkIsolation=True)
    served.model("two", MODEL, MODEL)
    for model in ("many", "isolated", "two"):
        with pytest.raises(ClientError, match="its model must have one container with one model, no VpcConfig, no network isolation"):
            served.config({**SERVERLESS, "ModelName": model})
    with pytest.raises(ClientError, match="is asynchronous: its model must have one container"):
        served.config({**VARIANT, "ModelName": "two"}, **ASYNC)


def test_configurations_are_listed_and_deleted(served: Served) -> None:
    served.config()
    assert [row["EndpointConfigName"] for row in served.sagemaker.list_endpoint_configs()["EndpointConfigs"]] == ["c"]
    served.sagemaker.delete_endpoint_config(EndpointConfigName="c")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        served.sagemaker.describe_endpoint_config(EndpointConfigName="c")
