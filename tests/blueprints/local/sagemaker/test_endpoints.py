"""Endpoints come into service, change and go."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.blueprints.local.serving import MODEL, UNKNOWN_IMAGE, VARIANT, Served

SERVERLESS = {"VariantName": "AllTraffic", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


def update(served: Served, config: str = "c", **settings: Any) -> dict[str, Any]:
    served.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName=config, **settings)
    return served.settled()


def test_an_endpoint_is_in_service_when_its_containers_run(served: Served) -> None:
    told = served.endpoint()
    assert (told["EndpointStatus"], told["EndpointConfigName"]) == ("InService", "e-config")
    assert told["EndpointArn"] == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"
    assert told["ProductionVariants"] == [
        {"VariantName": "AllTraffic", "CurrentWeight": 1.0, "DesiredWeight": 1.0, "CurrentInstanceCount": 2, "DesiredInstanceCount": 2}
    ]
    assert served.ask(b"x") == b"a:x"
    assert [row["EndpointStatus"] for row in served.sagemaker.list_endpoints(StatusEquals="InService")["Endpoints"]] == ["InService"]


def test_an_endpoint_whose_artifact_the_role_may_not_read_has_failed(served: Served) -> None:
    served.aws.s3.denied = ["models/"]
    told = served.endpoint()
    assert told["EndpointStatus"] == "Failed"
    assert 'Failed to download model data for container "container_1" from URL: "s3://data/models/a.tar.gz"' in told["FailureReason"]
    with pytest.raises(ClientError, match=r"ValidationError.*Endpoint e of account 123456789012 not found"):
        served.ask()


def test_an_endpoint_without_a_program_is_kept_and_refuses(served: Served) -> None:
    served.model("m", {"Image": UNKNOWN_IMAGE})
    assert served.endpoint()["EndpointStatus"] == "InService"
    with pytest.raises(ClientError, match="has no program that stands in for the image"):
        served.ask()


def test_an_endpoint_changes_in_place(served: Served) -> None:
    served.endpoint()
    served.artifact("b")
    served.model("n", {**MODEL, "ModelDataUrl": "s3://data/models/b.tar.gz"})
    served.config({**VARIANT, "ModelName": "n"})
    assert update(served)["EndpointConfigName"] == "c"
    assert served.ask(b"x") == b"b:x"
    assert [container.runs for container in served.containers] == [False, True]


def test_an_update_that_fails_leaves_what_served(served: Served) -> None:
    served.endpoint()
    served.model("n", {**MODEL, "ModelDataUrl": "s3://data/models/gone.tar.gz"})
    served.config({**VARIANT, "ModelName": "n"})
    told = update(served)
    assert (told["EndpointStatus"], told["EndpointConfigName"]) == ("InService", "e-config")
    assert "Failed to download model data" in told["FailureReason"]
    assert served.ask(b"x") == b"a:x"


@pytest.mark.parametrize(
    ("settings", "count", "weight"),
    [
        ({}, 2, 1.0),
        ({"RetainAllVariantProperties": True}, 5, 0.5),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredInstanceCount"}],
            },
            2,
            0.5,
        ),
    ],
)
def test_scaled_counts_survive_an_update_that_retains_them(served: Served, settings: dict[str, Any], count: int, weight: float) -> None:
    served.endpoint()
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 5, "DesiredWeight": 0.5}]
    served.sagemaker.update_endpoint_weights_and_capacities(EndpointName="e", DesiredWeightsAndCapacities=wanted)
    served.config()
    [variant] = update(served, **settings)["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (count, weight)


def test_only_variants_that_are_there_are_scaled(served: Served) -> None:
    served.endpoint()
    with pytest.raises(ClientError, match="The variant Other does not exist"):
        served.sagemaker.update_endpoint_weights_and_capacities(EndpointName="e", DesiredWeightsAndCapacities=[{"VariantName": "Other"}])


def test_the_deployment_of_the_last_update_is_told(served: Served) -> None:
    served.endpoint()
    served.config()
    policy = {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}}
    update(served, DeploymentConfig={"BlueGreenUpdatePolicy": policy})
    assert update(served, RetainDeploymentConfig=True)["LastDeploymentConfig"]["BlueGreenUpdatePolicy"] == policy


def test_serverless_stays_serverless(served: Served) -> None:
    served.endpoint()
    served.config(SERVERLESS)
    with pytest.raises(ClientError, match="can't be changed from serverless to instances, nor from instances to serverless"):
        update(served)


@pytest.mark.parametrize(
    "variant", [{**VARIANT, "InstanceType": "ml.m5.xlarge"}, {**VARIANT, "VariantName": "Other"}], ids=["another type", "gone"]
)
def test_a_variant_that_is_scaled_keeps_its_instance_type(served: Served, variant: dict[str, Any]) -> None:
    served.endpoint()
    served.config(variant)
    served.config(name="same")
    served.control.endpoints.is_scaled = lambda name, of: (name, of) == ("e", "AllTraffic")
    assert update(served, "same")["EndpointConfigName"] == "same"
    with pytest.raises(ClientError, match=r"AllTraffic.* must be deregistered as a scalable target with AWS Auto Scaling"):
        update(served)


def test_a_configuration_has_to_be_there(served: Served) -> None:
    served.endpoint()
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        update(served, "gone")


def test_an_endpoint_that_is_deleted_ends_its_containers(served: Served) -> None:
    served.endpoint()
    served.sagemaker.delete_endpoint(EndpointName="e")
    assert [container.runs for container in served.containers] == [False]
    with pytest.raises(ClientError, match="Could not find endpoint"):
        served.sagemaker.describe_endpoint(EndpointName="e")
    with pytest.raises(ClientError, match="not found"):
        served.ask()


def test_an_endpoint_that_is_being_created_is_left_alone(served: Served) -> None:
    served.endpoint()
    served.control.endpoints.records.get("e")["EndpointStatus"] = "Creating"
    served.config()
    for ask in (lambda: update(served), lambda: served.sagemaker.delete_endpoint(EndpointName="e")):
        with pytest.raises(ClientError, match="in-progress endpoint"):
            ask()


def test_configuration_of_capture_and_queue_is_told(served: Served) -> None:
    capture = {"InitialSamplingPercentage": 10, "DestinationS3Uri": "s3://data/c", "CaptureOptions": [{"CaptureMode": "Input"}]}
    queue = {"OutputConfig": {"S3OutputPath": "s3://data/out"}}
    told = served.endpoint(AsyncInferenceConfig=queue, DataCaptureConfig={"EnableCapture": True, **capture})
    assert told["AsyncInferenceConfig"] == queue
    assert told["DataCaptureConfig"]["CaptureStatus"] == "Started"
    assert told["DataCaptureConfig"]["CurrentSamplingPercentage"] == 10


def test_shadow_variants_are_told_beside_the_others(served: Served) -> None:
    told = served.endpoint(ShadowProductionVariants=[{**VARIANT, "VariantName": "Shadow"}])
    assert [variant["VariantName"] for variant in told["ShadowProductionVariants"]] == ["Shadow"]
