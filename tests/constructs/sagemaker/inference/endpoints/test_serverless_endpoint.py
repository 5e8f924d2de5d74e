from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3

from ml_constructs.foundation import HandlerDefaults, Placement
from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.capacity.provisioned_concurrency import ProvisionedConcurrency
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Rolling
from ml_constructs.sagemaker.inference.endpoints.serverless_endpoint import ServerlessEndpoint
from ml_constructs.sagemaker.inference.models.artifacts import PrefixArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, model_of, scene


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def open_model(scope: cdk.Stack, image: FrameworkImage | None = None, **options: Any) -> Model:
    return model_of(scope, "Model", image, network_isolation=False, **options)


def define(model: Callable[[cdk.Stack], Model] = open_model, **arguments: Any) -> ServerlessEndpoint:
    stack = cdk.Stack(cdk.App(), "Stack")
    return ServerlessEndpoint(stack, "Endpoint", model=model(stack), defaults=HandlerDefaults(key=None), **arguments)


def files(stack: cdk.Stack, image: FrameworkImage, **options: Any) -> Container:
    return Container(image, PrefixArtifact(s3.Bucket.from_bucket_name(stack, "Bucket", "models"), "models/"), **options)


def pipeline(stack: cdk.Stack) -> Model:
    (container,) = model_of(stack, "Template").containers
    return Model(stack, "Model", containers=[container, container], network_isolation=False)


def many_models(stack: cdk.Stack) -> Model:
    return Model(stack, "Model", containers=[files(stack, FrameworkImage("xgboost"), mode="MultiModel")], network_isolation=False)


def unpacked(stack: cdk.Stack) -> Model:
    return Model(stack, "Model", containers=[files(stack, FrameworkImage("xgboost"))], network_isolation=False)


def placed(stack: cdk.Stack) -> Model:
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], isolated_subnet_ids=["subnet-1"])
    subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    return open_model(stack, placement=Placement(vpc=vpc, subnets=subnets, security_groups=()))


def test_two_gigabytes_serve_five_requests_at_once(seen: Scene) -> None:
    assert seen.variant(seen.serverless) == {
        "InitialVariantWeight": 1,
        "ModelName": {"Fn::GetAtt": [seen.id_of(seen.serverless.model.resource), "ModelName"]},
        "ServerlessConfig": {"MaxConcurrency": 5, "MemorySizeInMB": 2048},
        "VariantName": "AllTraffic",
    }


def test_containers_may_be_kept_warm(seen: Scene) -> None:
    expected = {"MaxConcurrency": 20, "MemorySizeInMB": 4096, "ProvisionedConcurrency": 2}
    assert seen.variant(seen.warm)["ServerlessConfig"] == expected


def test_the_copy_of_the_image_is_encrypted_with_the_key(seen: Scene) -> None:
    assert seen.config(seen.serverless)["KmsKeyId"] == seen.stack.resolve(seen.key.key_arn)


def test_warm_containers_that_were_scaled_to_survive_an_update(seen: Scene) -> None:
    assert seen.properties(seen.warm.endpoint)["RetainAllVariantProperties"] is True
    assert "RetainAllVariantProperties" not in seen.properties(seen.serverless.endpoint)


def test_no_instance_type_is_part_of_the_name(seen: Scene) -> None:
    assert seen.stack.resolve(seen.serverless.endpoint_name)["Fn::Join"][1][0] == "stack-serverless-"


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"memory_mb": 1500}, "memory_mb must be one of 1024, 2048, 3072, 4096, 5120, 6144, got 1500"),
        ({"max_concurrency": 0}, "max_concurrency must be from 1 to 200, got 0"),
        ({"max_concurrency": 201}, "max_concurrency must be from 1 to 200, got 201"),
        ({"provisioned": ProvisionedConcurrency(maximum=6)}, "maximum of provisioned must be at most max_concurrency, 5, got 6"),
        ({"deployment": Rolling()}, "deployment must not be rolling with a serverless endpoint"),
    ],
)
def test_sizes_that_sagemaker_does_not_offer_are_refused(arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        define(**arguments)


@pytest.mark.parametrize(
    ("model", "refusal"),
    [
        (pipeline, "model must have one container for a serverless endpoint, got 2"),
        (
            lambda stack: open_model(stack, FrameworkImage("pytorch", accelerator="gpu")),
            "model must have an image for cpu for a serverless endpoint, which has no accelerators, got one for gpu",
        ),
        (
            lambda stack: open_model(stack, FrameworkImage("pytorch-arm64")),
            "model must have an image for x86_64 for a serverless endpoint, as AWS names no other processors, got pytorch-arm64",
        ),
        (many_models, "model must serve one model for a serverless endpoint, got mode MultiModel"),
        (unpacked, r"model must have a .tar.gz artifact for a serverless endpoint, which takes no ModelDataSource, got one"),
        (placed, "model must be without a placement for a serverless endpoint, which joins no network, got one"),
        (
            lambda stack: model_of(stack, "Model"),
            "model must be without network_isolation for a serverless endpoint, which doesn't know it, got True",
        ),
    ],
)
def test_models_that_can_not_be_served_so_are_refused(model: Callable[[cdk.Stack], Model], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        define(model)
