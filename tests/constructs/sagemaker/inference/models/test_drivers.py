from dataclasses import dataclass
from typing import Any

import pytest
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.sagemaker.images import ContainerImage, FrameworkImage
from ml_constructs.sagemaker.inference.models.drivers import (
    GPU_AMIS,
    NEURON_AMIS,
    OWN_CUDA,
    check_ami,
    driver_misfit,
    inference_ami,
    neuron_devices,
)
from ml_constructs.sagemaker.instance_types import instance_type, offered

CUDA_13 = "al2023-ami-sagemaker-inference-gpu-4-1"


@dataclass(frozen=True, kw_only=True)
class AnyImage(ContainerImage):
    accelerators: frozenset[str] = frozenset({"gpu"})
    architectures: frozenset[str] = frozenset({"x86_64"})

    @property
    def title(self) -> str:
        return "any image"

    def uri(self, scope: Construct) -> str:
        raise NotImplementedError

    def grant_pull(self, role: iam.Role) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("sdk", "devices"),
    [
        ("2.20.2", {"Inferentia", "Inferentia2", "Trainium"}),
        ("2.21.0", {"Inferentia2", "Trainium", "Trainium2"}),
        ("2.31.1", {"Inferentia2", "Trainium", "Trainium2"}),
        ("2.32.0", {"Trainium2"}),
        ("3.0", {"Trainium2"}),
    ],
)
def test_versions_of_the_neuron_sdk_run_on_different_accelerators(sdk: str, devices: set[str]) -> None:
    assert neuron_devices(sdk) == devices


@pytest.mark.parametrize("sdk", ["", "2", "newest", "sdk2.31.1"])
def test_what_is_no_version_is_refused(sdk: str) -> None:
    with pytest.raises(ValueError, match=rf"neuron_sdk must be a version such as 2\.31\.1, got '{sdk}'"):
        neuron_devices(sdk)


def test_a_newer_neuron_sdk_does_not_run_on_older_accelerators() -> None:
    image = AnyImage(neuron_sdk="2.32.0", accelerators=frozenset({"neuron"}))
    for name, device in (("ml.inf2.xlarge", "Inferentia2"), ("ml.trn1.2xlarge", "Trainium")):
        assert driver_misfit(image, instance_type(name)) == f"whose accelerator is {device}: Neuron SDK 2.32.0 is for Trainium2"
    assert driver_misfit(image, instance_type("ml.trn2.48xlarge")) is None


def test_images_of_other_accelerators_have_no_neuron_driver_to_miss() -> None:
    assert driver_misfit(FrameworkImage("xgboost"), instance_type("ml.m5.large")) is None
    assert driver_misfit(AnyImage(neuron_sdk="2.32.0"), instance_type("ml.g5.xlarge")) is None


@pytest.mark.parametrize("name", ["ml.g5.xlarge", "ml.g6.xlarge", "ml.p5en.48xlarge", "ml.g7e.2xlarge"])
def test_an_image_of_cuda_13_needs_the_machine_image_that_has_it(name: str) -> None:
    for framework in ("vllm", "triton"):
        assert inference_ami(FrameworkImage(framework, accelerator="gpu"), [name]) == CUDA_13


@pytest.mark.parametrize(
    ("name", "ami"), [("ml.g4dn.xlarge", CUDA_13), ("ml.g5.xlarge", CUDA_13), ("ml.p4d.24xlarge", CUDA_13), ("ml.g6.xlarge", None)]
)
def test_an_image_of_cuda_12_needs_another_where_sagemakers_own_has_cuda_11(name: str, ami: str | None) -> None:
    assert inference_ami(FrameworkImage("pytorch", accelerator="gpu"), [name]) == ami


def test_one_type_of_a_pool_is_enough_to_need_another() -> None:
    assert inference_ami(FrameworkImage("tei", accelerator="gpu"), ["ml.g6.xlarge", "ml.g5.xlarge"]) == CUDA_13


@pytest.mark.parametrize("image", [FrameworkImage("xgboost"), AnyImage(), AnyImage(cuda="99.0")])
def test_unknown_versions_of_cuda_and_ones_that_nothing_has_get_no_other_machine_image(image: ContainerImage) -> None:
    assert inference_ami(image, ["ml.g5.xlarge"]) is None


def test_an_image_for_both_kinds_needs_none_on_processors() -> None:
    assert inference_ami(AnyImage(cuda="13.0", accelerators=frozenset({"cpu", "gpu"})), ["ml.m5.large"]) is None


def test_every_family_that_has_a_driver_is_one_of_endpoints_with_gpus() -> None:
    assert set(OWN_CUDA) <= {found.family for found in offered("hosting", accelerator="gpu")}


def test_machine_images_run_their_version_of_cuda_and_older_ones() -> None:
    for ami in GPU_AMIS:
        check_ami(FrameworkImage("pytorch", accelerator="gpu"), ami)
        check_ami(AnyImage(), ami)
    check_ami(FrameworkImage("vllm", accelerator="gpu"), CUDA_13)
    check_ami(FrameworkImage("pytorch-neuronx", accelerator="neuron"), NEURON_AMIS[0])


@pytest.mark.parametrize(
    ("arguments", "ami", "fitting"),
    [
        ({"framework": "vllm", "accelerator": "gpu"}, "al2-ami-sagemaker-inference-gpu-3-1", CUDA_13),
        ({"framework": "pytorch-neuronx", "accelerator": "neuron"}, CUDA_13, NEURON_AMIS[0]),
        ({"framework": "vllm", "accelerator": "gpu"}, NEURON_AMIS[0], CUDA_13),
        ({"framework": "xgboost"}, CUDA_13, "none"),
        ({"framework": "vllm", "accelerator": "gpu"}, "al2024", CUDA_13),
    ],
)
def test_machine_images_that_do_not_fit_are_refused(arguments: Any, ami: str, fitting: str) -> None:
    with pytest.raises(ValueError, match=rf"inference AMI of {arguments['framework']} .* must be one of {fitting}, got '{ami}'"):
        check_ami(FrameworkImage(**arguments), ami)
