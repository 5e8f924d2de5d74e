import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Annotations, Match

from ml_constructs.sagemaker.images import EcrImage, FrameworkImage
from ml_constructs.sagemaker.inference.capacity.instance_pool import InstancePool
from ml_constructs.sagemaker.inference.endpoints.fitting import fitted
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.artifacts import TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container

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


def test_the_machine_image_is_one_for_all_that_may_be_launched(stack: cdk.Stack) -> None:
    both = EcrImage(
        repository=ecr.Repository.from_repository_name(stack, "Repository", "models"),
        tag_or_digest="1",
        accelerators=frozenset({"cpu", "gpu"}),
        architectures=frozenset({"x86_64"}),
        cuda="13.0",
    )
    pools = [InstancePool(instance_type=name, priority=place) for place, name in enumerate(("ml.g5.xlarge", "ml.m5.large"), 1)]
    assert fitted(stack, Hosting(instance_type="ml.m5.large"), [Container(both)]).ami_version is None
    with pytest.raises(ValueError, match=r"ami_version must be for the accelerators of ml\.m5\.large, got 'al2023.*', which is for gpu"):
        fitted(stack, Hosting(pools=tuple(pools)), [Container(both)])


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


@pytest.mark.parametrize(
    ("region", "name", "warning"),
    [
        (None, "ml.m8g.large", "no price of ml.m8g.large for endpoints is known (*"),
        ("eu-west-1", "ml.m8g.large", "no price of ml.m8g.large for endpoints is known (*"),
        ("eu-new-1", "ml.c7g.large", "no price of ml.c7g.large for endpoints is known in eu-new-1 (*"),
    ],
)
def test_types_that_may_not_be_had_are_warned_of(region: str | None, name: str, warning: str) -> None:
    stack = cdk.Stack(cdk.App(), "Stack", env=cdk.Environment(account="1" * 12, region=region) if region else None)
    repository = ecr.Repository.from_repository_arn(
        stack, "Repository", f"arn:aws:ecr:{region or 'eu-west-1'}:{'1' * 12}:repository/models"
    )
    arm = EcrImage(repository=repository, tag_or_digest="1", accelerators=frozenset({"cpu"}), architectures=frozenset({"arm64"}))
    fitted(stack, Hosting(instance_type=name), [Container(arm)])
    (found,) = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    assert str(found.entry.data).startswith(warning.removesuffix("*"))


def test_types_with_a_price_are_not_warned_of(stack: cdk.Stack) -> None:
    fitted(stack, Hosting(instance_type="ml.m5.large"), [container(stack, "xgboost")])
    assert not Annotations.from_stack(stack).find_warning("*", Match.any_value())
