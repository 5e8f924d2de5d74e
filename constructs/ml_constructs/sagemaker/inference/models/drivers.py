"""Which drivers an image needs, and where they are."""

from collections.abc import Sequence

from ml_constructs.sagemaker.images import ContainerImage
from ml_constructs.sagemaker.instance_types import InstanceType, instance_type

NEURON_DEVICES = (
    ((2, 32), frozenset({"Trainium2"})),
    ((2, 21), frozenset({"Inferentia2", "Trainium", "Trainium2"})),
    ((0, 0), frozenset({"Inferentia", "Inferentia2", "Trainium"})),
)
"""What each Neuron SDK runs on, from a version on.

https://github.com/aws-neuron/deep-learning-containers lists it by image, the last one for Inferentia with 2.20.2. Which driver SageMaker's
machines have isn't published but for ``NEURON_AMIS``, so that images aren't held against it.
"""
GPU_AMIS = {
    "al2-ami-sagemaker-inference-gpu-2": "12.2",
    "al2-ami-sagemaker-inference-gpu-2-1": "12.2",
    "al2-ami-sagemaker-inference-gpu-3-1": "12.4",
    "al2023-ami-sagemaker-inference-gpu-4-1": "13.0",
}
"""The version of CUDA that the driver of each AMI is made for, the newest last."""
NEURON_AMIS = ("al2-ami-sagemaker-inference-neuron-2",)
"""Have Neuron's driver 2.19, for Inferentia2 and Trainium."""
OWN_CUDA = {"g4dn": "11.4", "g5": "11.4", "g6": "12.2", "p4d": "11.4", "p4de": "11.4", "p5": "12.2", "p5e": "12.4", "p5en": "12.4"}
"""The version of CUDA that SageMaker's own AMI has by family: https://docs.aws.amazon.com/sagemaker/latest/dg/inference-gpu-drivers.html"""
OTHERS_CUDA = "12.4"
"""Taken for families that the page doesn't list, all of them newer."""


def check_ami(image: ContainerImage, ami: str) -> None:
    """Refuses an AMI whose driver is older than the image's CUDA, or which is for other accelerators.

    Drivers run every CUDA of older major versions, and those of their own as NVIDIA's minor version compatibility has it, which excludes
    programs that are compiled when they start (PTX) and features of newer drivers.

    Args:
        image: What has to run.
        ami: One of ``GPU_AMIS`` or ``NEURON_AMIS``.

    Raises:
        ValueError: It names AMIs that fit.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html (InferenceAmiVersion) and
    https://docs.nvidia.com/deploy/cuda-compatibility/
    """
    fitting = [found for found in (*GPU_AMIS, *NEURON_AMIS) if _ami_fits(image, found)]
    if ami not in fitting:
        raise ValueError(f"inference AMI of {image.title} must be one of {', '.join(fitting) or 'none'}, got {ami!r}")


def inference_ami(image: ContainerImage, instance_types: Sequence[str]) -> str | None:
    """The AMI that an image needs in place of the one that SageMaker takes of its own accord; ``None`` if it needs no other.

    It is the newest, whose driver runs every older CUDA; AWS publishes no list of families that have it.

    Args:
        image: What has to run.
        instance_types: Where; those without GPUs need none.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/inference-gpu-drivers.html
    """
    newest = list(GPU_AMIS)[-1]
    if image.cuda is None or _major(image.cuda) > _major(GPU_AMIS[newest]):
        return None
    families = {found.family for found in map(instance_type, instance_types) if found.accelerator_kind == "gpu"}
    old = any(_major(OWN_CUDA.get(family, OTHERS_CUDA)) < _major(image.cuda) for family in families)
    return newest if old else None


def ami_kind(ami: str) -> str:
    """What an AMI has drivers for: ``gpu`` or ``neuron``."""
    return "neuron" if ami in NEURON_AMIS else "gpu"


def driver_misfit(image: ContainerImage, found: InstanceType) -> str | None:
    """Why the driver of an instance type doesn't run an image, if it doesn't."""
    if found.accelerator is None or found.accelerator.kind != "neuron" or image.neuron_sdk is None:
        return None
    devices = neuron_devices(image.neuron_sdk)
    if found.accelerator.name in devices:
        return None
    return f"whose accelerator is {found.accelerator.name}: Neuron SDK {image.neuron_sdk} is for {', '.join(sorted(devices))}"


def neuron_devices(sdk: str) -> frozenset[str]:
    """The accelerators that a version of the Neuron SDK runs on.

    Raises:
        ValueError: What isn't a version.
    """
    parts = sdk.split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts):
        raise ValueError(f"neuron_sdk must be a version such as 2.31.1, got {sdk!r}")
    version = (int(parts[0]), int(parts[1]))
    return next(devices for since, devices in NEURON_DEVICES if version >= since)


def _ami_fits(image: ContainerImage, ami: str) -> bool:
    if ami_kind(ami) not in image.accelerators:
        return False
    return ami in NEURON_AMIS or (image.cuda is None or _major(GPU_AMIS[ami]) >= _major(image.cuda))


def _major(version: str) -> int:
    return int(version.split(".")[0])
