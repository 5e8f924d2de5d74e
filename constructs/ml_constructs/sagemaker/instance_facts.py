"""What is known about one instance type of SageMaker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

JobKind = Literal["hosting", "training", "processing", "transform", "notebook", "studio", "hyperpod"]
AcceleratorKind = Literal["gpu", "neuron"]
Architecture = Literal["x86_64", "arm64"]

JOBS = ("hosting", "training", "processing", "transform", "notebook", "studio", "hyperpod")
PRICED_JOBS = ("hosting", "processing", "transform", "hyperpod")
"""Jobs whose prices a source lists by region."""


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """The accelerators of one instance.

    Args:
        kind: ``gpu`` for NVIDIA, ``neuron`` for Inferentia and Trainium.
        name: As EC2 writes it, such as ``A10G`` or ``Inferentia2``.
        count: How many the instance has.
        memory_gib: Memory of each; ``None`` where sources contradict each other.
    """

    kind: AcceleratorKind
    name: str
    count: int
    memory_gib: float | None


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """What is known about one instance type.

    Args:
        name: Such as ``ml.m5.large``.
        vcpu: Virtual processors.
        memory_gib: Main memory.
        architecture: Of its processors, and so of the images that run on it.
        accelerator: Its accelerators, if it has any.
        efa: Whether it has Elastic Fabric Adapter.
        instance_store: Whether it has local disks, which its hardware encrypts and for which SageMaker takes no key.
        jobs: The kinds of jobs that take it.
    """

    name: str
    vcpu: int
    memory_gib: float
    architecture: Architecture
    accelerator: Accelerator | None
    efa: bool
    instance_store: bool
    jobs: frozenset[str]
    _regions: Mapping[str, frozenset[str]] = field(repr=False, compare=False)

    @property
    def accelerator_kind(self) -> Literal["cpu", "gpu", "neuron"]:
        """What models run on: ``cpu``, ``gpu`` or ``neuron``."""
        return "cpu" if self.accelerator is None else self.accelerator.kind

    @property
    def family(self) -> str:
        """Its family: ``m7i`` of ``ml.m7i.large``."""
        return self.name.split(".")[1]

    @property
    def generation(self) -> int:
        """The generation of its family: 7 of ``m7i``."""
        return int(next(filter(str.isdigit, self.family)))

    def regions(self, job: JobKind) -> frozenset[str]:
        """Where the type has a price for this kind of job; no region for a kind that doesn't take it.

        Raises:
            ValueError: A kind of job whose prices no source lists by region.
        """
        check_priced(job)
        return self._regions.get(job, frozenset())


def check_priced(job: str) -> None:
    """Refuses a kind of job whose prices no source lists by region.

    Raises:
        ValueError: It names the kinds whose prices one does.
    """
    if job not in PRICED_JOBS:
        raise ValueError(f"job must be one of {', '.join(PRICED_JOBS)} to ask for regions, got {job!r}")
