import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.artifacts import TarArtifact
from ml_constructs.sagemaker.inference.container import Container
from ml_constructs.sagemaker.inference.fitting import fitted
from ml_constructs.sagemaker.inference.hosting import Hosting

GPU = Hosting(instance_type="ml.g5.xlarge")


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


def container(stack: cdk.Stack, framework: str, accelerator: str = "cpu") -> Container:
    found = stack.node.try_find_child("Bucket") or s3.Bucket.from_bucket_name(stack, "Bucket", "models")
    return Container(FrameworkImage(framework, accelerator=accelerator), TarArtifact(found, "model.tar.gz"))  # type: ignore[arg-type]


def test_an_image_that_needs_no_other_drivers_leaves_the_instances_as_they_are(stack: cdk.Stack) -> None:
    hosting = Hosting(instance_type="ml.m5.large")
    assert fitted(stack, hosting, [container(stack, "xgboost")]) == hosting


def test_an_image_of_a_newer_cuda_gets_the_machine_image_with_its_drivers(stack: cdk.Stack) -> None:
    assert fitted(stack, GPU, [container(stack, "vllm", "gpu")]).ami_version == "al2023-ami-sagemaker-inference-gpu-4-1"


def test_the_machine_image_that_is_asked_for_stays(stack: cdk.Stack) -> None:
    asked = Hosting(instance_type="ml.g5.xlarge", ami_version="al2023-ami-sagemaker-inference-gpu-4-1")
    assert fitted(stack, asked, [container(stack, "pytorch", "gpu")]).ami_version == asked.ami_version


def test_a_machine_image_with_older_drivers_is_refused(stack: cdk.Stack) -> None:
    old = Hosting(instance_type="ml.g5.xlarge", ami_version="al2-ami-sagemaker-inference-gpu-2")
    with pytest.raises(ValueError, match=r"inference AMI of .* must be one of .*, got 'al2-ami-sagemaker-inference-gpu-2'"):
        fitted(stack, old, [container(stack, "vllm", "gpu")])


def test_every_container_has_to_run_on_the_instances(stack: cdk.Stack) -> None:
    with pytest.raises(ValueError, match=r"instance_type must be a type that runs .*, got 'ml.g5.xlarge'"):
        fitted(stack, GPU, [container(stack, "pytorch", "gpu"), container(stack, "xgboost")])
