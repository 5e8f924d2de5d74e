"""What the copies of a model take of the instances that they share, and how many fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.sagemaker.instance_types import InstanceType, instance_type

LEAST_MEMORY_MB = 128
LEAST_CPU_CORES = 0.25
MB_PER_GIB = 1024


@dataclass(frozen=True, kw_only=True)
class ComponentNeeds:
    """What one copy of a model reserves of the instance that it runs on.

    Args:
        memory_mb: Of the instance's own memory, at least 128 MB. SageMaker keeps part of that memory for itself.
        accelerators: Whole GPUs or Neuron devices; 0 runs on processors alone.
        cpu_cores: At least 0.25; SageMaker shares them out when left out.
        max_memory_mb: What the copy may take at most, if it is limited.

    Raises:
        ValueError: Less than SageMaker reserves.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentComputeResourceRequirements.html
    """

    memory_mb: int
    accelerators: int = 0
    cpu_cores: float | None = None
    max_memory_mb: int | None = None

    def __post_init__(self) -> None:
        if self.memory_mb < LEAST_MEMORY_MB:
            raise ValueError(f"memory_mb must be {LEAST_MEMORY_MB} or more, got {self.memory_mb}")
        if self.accelerators < 0:
            raise ValueError(f"accelerators must be 0 or more, got {self.accelerators}")
        if self.cpu_cores is not None and self.cpu_cores < LEAST_CPU_CORES:
            raise ValueError(f"cpu_cores must be {LEAST_CPU_CORES} or more, got {self.cpu_cores}")
        if self.max_memory_mb is not None and self.max_memory_mb < self.memory_mb:
            raise ValueError(f"max_memory_mb must be at least memory_mb, {self.memory_mb}, got {self.max_memory_mb}")

    def render(self) -> sagemaker.CfnInferenceComponent.InferenceComponentComputeResourceRequirementsProperty:
        """The property of an inference component."""
        return sagemaker.CfnInferenceComponent.InferenceComponentComputeResourceRequirementsProperty(
            min_memory_required_in_mb=self.memory_mb,
            max_memory_required_in_mb=self.max_memory_mb,
            number_of_accelerator_devices_required=self.accelerators or None,
            number_of_cpu_cores_required=self.cpu_cores,
        )

    def copies_on(self, name: str) -> int:
        """How many copies one instance of the type holds at most."""
        free = _Room.of(instance_type(name))
        most = [free.memory_mb // self.memory_mb]
        most += [free.accelerators // self.accelerators] if self.accelerators else []
        most += [int(free.cpu_cores // self.cpu_cores)] if self.cpu_cores else []
        return int(min(most))


@dataclass
class _Room:
    """What is free on one instance."""

    memory_mb: float
    accelerators: int
    cpu_cores: float

    @classmethod
    def of(cls, kind: InstanceType) -> "_Room":
        devices = kind.accelerator.count if kind.accelerator else 0
        return cls(kind.memory_gib * MB_PER_GIB, devices, kind.vcpu)

    def take(self, needs: ComponentNeeds) -> bool:
        """Puts a copy here, if there is room for it."""
        cores = needs.cpu_cores or 0
        if needs.memory_mb > self.memory_mb or needs.accelerators > self.accelerators or cores > self.cpu_cores:
            return False
        self.memory_mb -= needs.memory_mb
        self.accelerators -= needs.accelerators
        self.cpu_cores -= cores
        return True


def check_copies_fit(
    needs: Mapping[str, ComponentNeeds], copies: Mapping[str, int], *, instance_types: Sequence[str], instances: int
) -> None:
    """Refuses copies of models that find no room together, the largest placed first.

    Args:
        needs: What a copy takes, by model.
        copies: How many there are at most, by model.
        instance_types: Of the instances that they share; copies have to fit whichever AWS has.
        instances: How many instances there are at most.

    Raises:
        ValueError: Tells how many fit.
    """
    for name in instance_types:
        for model, wanted in needs.items():
            if wanted.copies_on(name) == 0:
                raise ValueError(f"a copy of {model} must fit an instance of {_described(name)}, got {_told(wanted)}")
        left = list(_left_over(needs, copies, name, instances))
        if left:
            total = sum(copies.values())
            raise ValueError(
                f"copies must fit {instances} of {_described(name)} together: {total - len(left)} of {total} do, "
                f"got no room for {', '.join(sorted(set(left)))}"
            )


def _left_over(needs: Mapping[str, ComponentNeeds], copies: Mapping[str, int], name: str, instances: int) -> Iterator[str]:
    """The models of the copies that find no room."""
    rooms = [_Room.of(instance_type(name)) for _ in range(instances)]
    largest_first = sorted(needs, key=lambda model: (needs[model].accelerators, needs[model].memory_mb), reverse=True)
    for model in largest_first:
        for _ in range(copies[model]):
            if not any(room.take(needs[model]) for room in rooms):
                yield model


def _described(name: str) -> str:
    room = _Room.of(instance_type(name))
    return f"{name} ({room.accelerators} accelerators, {room.memory_mb:.0f} MB)"


def _told(needs: ComponentNeeds) -> str:
    cores = f", {needs.cpu_cores} cores" if needs.cpu_cores else ""
    return f"{needs.accelerators} accelerators, {needs.memory_mb} MB{cores}"
