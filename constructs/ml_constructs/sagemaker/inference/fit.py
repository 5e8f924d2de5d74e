"""Whether an image, an instance type, a driver and a region go together."""

from collections.abc import Sequence

from aws_cdk import Token

from ml_constructs.sagemaker.images import ContainerImage
from ml_constructs.sagemaker.instance_types import InstanceType, JobKind, generated_from, instance_type, offered, priced_regions

NAMED = 8
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


def check_fit(
    image: ContainerImage,
    instance_types: Sequence[str],
    *,
    setting: str = "instance_type",
    job: JobKind = "hosting",
    region: str | None = None,
) -> None:
    """Refuses instance types that can't run an image: of another accelerator, processor or driver, for other jobs, or without a price.

    Args:
        image: What has to run.
        instance_types: Where.
        setting: What the types are for, as the user knows it.
        job: The kind of job that runs it.
        region: Where the image and the instances have to be; a token is taken for any region.

    Raises:
        ValueError: It says why a type doesn't fit, and names types that do, or the regions that have the image.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-deploy-models.html and
    https://github.com/aws-neuron/deep-learning-containers
    """
    place = None if region is None or Token.is_unresolved(region) else region
    if place is not None:
        image.check_region(place)
    for name in instance_types:
        reason = _misfit(image, instance_type(name), job, place)
        if reason is not None:
            raise ValueError(
                f"{setting} must be a type that runs {image.title}, got {name!r}, {reason}; {_fitting_names(image, job, place)}"
            )


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


def fitting_types(image: ContainerImage, *, job: JobKind = "hosting", region: str | None = None) -> list[InstanceType]:
    """The instance types that run an image, the smallest first."""
    return [found for found in offered(job) if _misfit(image, found, job, region) is None]


def volume_key_allowed(instance_types: Sequence[str]) -> bool:
    """Whether a key for volumes may be given: not where any of the types has local disks, which their hardware encrypts.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    """
    return not any(instance_type(name).instance_store for name in instance_types)


def _misfit(image: ContainerImage, found: InstanceType, job: JobKind, region: str | None) -> str | None:
    if job not in found.jobs:
        return f"which {job} jobs don't take"
    if found.accelerator_kind not in image.accelerators:
        return f"which runs {found.accelerator_kind} images and not those for {' or '.join(sorted(image.accelerators))}"
    if found.architecture not in image.architectures:
        return f"whose processors are {found.architecture} and not {' or '.join(sorted(image.architectures))}"
    return _driver_misfit(image, found) or _region_misfit(found, job, region)


def _driver_misfit(image: ContainerImage, found: InstanceType) -> str | None:
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


def _region_misfit(found: InstanceType, job: JobKind, region: str | None) -> str | None:
    # What has a price nowhere is sold in other ways, such as training plans; a region without any price is newer than the table.
    if region is None or region not in priced_regions(job) or region in found.regions(job) or not found.regions(job):
        return None
    return f"which has no price for {job} in {region} ({generated_from()})"


def _fitting_names(image: ContainerImage, job: JobKind, region: str | None) -> str:
    smallest: dict[str, InstanceType] = {}
    for found in fitting_types(image, job=job, region=region):
        smallest.setdefault(found.family, found)
    names = [found.name for found in sorted(smallest.values(), key=_newest_first)]
    where = "" if region is None else f" in {region}"
    if not names:
        return f"no type of {job} does{where}"
    more = f" and other families ({len(names) - NAMED})" if len(names) > NAMED else ""
    return f"fitting{where}, the smallest of a family, are {', '.join(names[:NAMED])}{more}"


def _newest_first(found: InstanceType) -> tuple[int, int, float, str]:
    accelerators = 0 if found.accelerator is None else found.accelerator.count
    return accelerators, -found.generation, found.memory_gib, found.name


def _ami_fits(image: ContainerImage, ami: str) -> bool:
    if ami in NEURON_AMIS:
        return "neuron" in image.accelerators
    return "gpu" in image.accelerators and (image.cuda is None or _major(GPU_AMIS[ami]) >= _major(image.cuda))


def _major(version: str) -> int:
    return int(version.split(".")[0])
