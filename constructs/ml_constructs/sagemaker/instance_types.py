"""The instance types of SageMaker: what is in them, which jobs take them, and where they have a price."""

import difflib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from ml_constructs.sagemaker.instance_facts import JOBS, PRICED_JOBS, Accelerator, Architecture, InstanceType, JobKind, check_priced

__all__ = [
    "JOBS",
    "PRICED_JOBS",
    "Accelerator",
    "Architecture",
    "InstanceType",
    "JobKind",
    "generated_from",
    "instance_type",
    "offered",
    "priced_regions",
]


@cache
def instance_type(name: str) -> InstanceType:
    """What is known about the instance type of this name.

    Raises:
        ValueError: A name that SageMaker doesn't know, or a type whose hardware no source describes.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
    """
    data = _data()
    if name in data["types"]:
        return _read(name, data["types"][name])
    listed = f"according to {data['generated_from']}"
    if name in data["undescribed"]:
        raise ValueError(f"instance type must be one whose hardware is known, got {name!r}: nothing describes it {listed}")
    near = difflib.get_close_matches(name, data["types"], n=3, cutoff=0)
    raise ValueError(f"instance type must be one of SageMaker's, got {name!r}: nearest {listed} are {', '.join(near)}")


def offered(
    job: JobKind,
    *,
    accelerator: Literal["cpu", "gpu", "neuron"] | None = None,
    architecture: Architecture | None = None,
    region: str | None = None,
) -> list[InstanceType]:
    """The instance types that this kind of job takes, the smallest first.

    Args:
        job: One of ``JOBS``.
        accelerator: Only types with these accelerators, or with none (``cpu``).
        architecture: Only types with these processors.
        region: Only types with a price there; all types in a region that no source lists.

    Raises:
        ValueError: A kind of job that doesn't exist, or a region for one whose prices no source lists by region.
    """
    if job not in JOBS:
        raise ValueError(f"job must be one of {', '.join(JOBS)}, got {job!r}")
    known = region is not None and region in priced_regions(job)
    return [
        found
        for found in _by_size()
        if job in found.jobs
        and (accelerator is None or found.accelerator_kind == accelerator)
        and (architecture is None or found.architecture == architecture)
        and (not known or region in found.regions(job))
    ]


@cache
def priced_regions(job: JobKind) -> frozenset[str]:
    """Every region where any instance type has a price for this kind of job.

    Raises:
        ValueError: A kind of job whose prices no source lists by region.
    """
    check_priced(job)
    return frozenset().union(*(found.regions(job) for found in _by_size()))


def generated_from() -> str:
    """The sources of the table, with their versions."""
    return str(_data()["generated_from"])


@cache
def _by_size() -> tuple[InstanceType, ...]:
    found = [instance_type(name) for name in _data()["types"]]
    return tuple(sorted(found, key=lambda each: (_accelerators(each), each.vcpu, each.memory_gib, each.name)))


def _accelerators(found: InstanceType) -> int:
    return 0 if found.accelerator is None else found.accelerator.count


def _read(name: str, row: Mapping[str, Any]) -> InstanceType:
    sets = _region_sets()
    accelerator = row.get("accelerator")
    return InstanceType(
        name=name,
        vcpu=row["vcpu"],
        memory_gib=row["memory_gib"],
        architecture=row.get("architecture", "x86_64"),
        accelerator=None if accelerator is None else Accelerator(**accelerator),
        efa=row.get("efa", False),
        instance_store=row.get("instance_store", False),
        jobs=frozenset(row["jobs"]),
        _regions={job: sets[index] for job, index in row["jobs"].items() if index is not None},
    )


@cache
def _region_sets() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(regions) for regions in _data()["region_sets"])


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files(__package__).joinpath("instance_types.json").read_text(encoding="utf-8"))
    return loaded
