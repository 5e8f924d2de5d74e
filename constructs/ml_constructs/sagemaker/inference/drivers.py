"""Which drivers an image needs, and where they are."""

from ml_constructs.sagemaker.images import ContainerImage
from ml_constructs.sagemaker.instance_types import InstanceType

NEURON_DEVICES = (
    ((2, 32), frozenset({"Trainium2"})),
    ((2, 21), frozenset({"Inferentia2", "Trainium", "Trainium2"})),
    ((0, 0), frozenset({"Inferentia", "Inferentia2", "Trainium"})),
)
"""What each Neuron SDK runs on, from a version on: https://github.com/aws-neuron/deep-learning-containers lists it by image."""
GPU_AMIS = {
    "al2-ami-sagemaker-inference-gpu-2": "12.2",
    "al2-ami-sagemaker-inference-gpu-2-1": "12.2",
    "al2-ami-sagemaker-inference-gpu-3-1": "12.4",
    "al2023-ami-sagemaker-inference-gpu-4-1": "13.0",
}
"""The version of CUDA that the driver of each AMI is made for."""
NEURON_AMIS = ("al2-ami-sagemaker-inference-neuron-2",)


def check_ami(image: ContainerImage, ami: str) -> None:
    """Refuses an AMI whose driver is older than the image's CUDA, or which is for other accelerators.

    Drivers run every CUDA of their own major version, and of older ones.

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


def inference_ami(image: ContainerImage) -> str | None:
    """The AMI that an image needs beside the one that SageMaker takes of its own accord; ``None`` if it needs no other."""
    oldest = min(map(_major, GPU_AMIS.values()))
    if image.cuda is None or _major(image.cuda) <= oldest:
        return None
    return next((ami for ami, cuda in GPU_AMIS.items() if _major(cuda) >= _major(image.cuda)), None)


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
    if ami in NEURON_AMIS:
        return "neuron" in image.accelerators
    return "gpu" in image.accelerators and (image.cuda is None or _major(GPU_AMIS[ami]) >= _major(image.cuda))


def _major(version: str) -> int:
    return int(version.split(".")[0])
