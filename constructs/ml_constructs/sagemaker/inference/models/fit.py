"""Whether an image, an instance type, a driver and a region go together."""

from collections.abc import Sequence

from aws_cdk import Token

from ml_constructs.sagemaker.images import ContainerImage
from ml_constructs.sagemaker.inference.models.drivers import check_ami, driver_misfit, inference_ami
from ml_constructs.sagemaker.instance_types import (
    PRICED_JOBS,
    InstanceType,
    JobKind,
    generated_from,
    instance_type,
    offered,
    priced_regions,
)

__all__ = ["check_ami", "check_fit", "fitting_types", "inference_ami", "volume_key_allowed"]

NAMED = 8


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
        region: Where the image, and the instances if a source lists prices for such jobs, have to be; a token is taken for any region.

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
    return driver_misfit(image, found) or _region_misfit(found, job, region)


def _region_misfit(found: InstanceType, job: JobKind, region: str | None) -> str | None:
    # What has a price nowhere is sold in other ways, such as training plans; a region without any price is newer than the table.
    if region is None or not _priced(found, job) or region not in priced_regions(job) or region in found.regions(job):
        return None
    return f"which has no price for {job} in {region} ({generated_from()})"


def _priced(found: InstanceType, job: JobKind) -> bool:
    return job in PRICED_JOBS and bool(found.regions(job))


def _fitting_names(image: ContainerImage, job: JobKind, region: str | None) -> str:
    fitting = fitting_types(image, job=job, region=region)
    smallest: dict[str, InstanceType] = {}
    for found in [each for each in fitting if _priced(each, job)] or fitting:
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
