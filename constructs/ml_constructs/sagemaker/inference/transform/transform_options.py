"""How much batch transform takes on, on which instances, and what that may cost."""

from dataclasses import dataclass, field

from ml_constructs.foundation.checks import check_range
from ml_constructs.sagemaker.inference.transform.transform_records import MEGABYTE, TransformJoin, TransformRecords
from ml_constructs.sagemaker.instance_types import instance_type

MOST_INSTANCES = 100
MOST_OBJECTS = 10_000
LARGEST_INPUT_BYTES = 5 * 1024**4
COUNTABLE_BYTES = 10_000_000_000
"""More can't be read within the time that a function has."""
RANGES = {"max_instances": MOST_INSTANCES, "job_hours": 120, "tries": 5, "max_concurrent": 1000, "wait_hours": 48}


@dataclass(frozen=True, kw_only=True)
class TransformLimits:
    """How much a request may ask for; more is refused before anything is paid for.

    Args:
        max_objects: Objects of one request, up to ``MOST_OBJECTS``.
        max_bytes: All of them together, up to 5 TiB.
        max_records: All records together; as many as there are when left out. Only where records are lines that aren't compressed.

    Raises:
        ValueError: A limit out of its range.
    """

    max_objects: int = 1000
    max_bytes: int = 1_000_000_000
    max_records: int | None = None

    def __post_init__(self) -> None:
        check_range("max_objects", self.max_objects, 1, MOST_OBJECTS)
        check_range("max_bytes", self.max_bytes, 1, LARGEST_INPUT_BYTES)
        if self.max_records is not None and self.max_records < 1:
            raise ValueError(f"max_records must be at least 1, got {self.max_records}")

    def counts(self, records: TransformRecords) -> bool:
        """Whether records are counted.

        Raises:
            ValueError: There is a limit for what can't be counted.
        """
        counted = records.countable and self.max_bytes <= COUNTABLE_BYTES
        if self.max_records is not None and not counted:
            raise ValueError(
                f"max_records must be left out unless records are uncompressed lines in at most {COUNTABLE_BYTES} bytes, "
                f"got {self.max_records}"
            )
        return counted


@dataclass(frozen=True, kw_only=True)
class TransformRuns:
    """The instances of jobs, for how long they may run, and how many at once; what a request costs at most is the product.

    Args:
        instance_type: Such as ``ml.m5.large``.
        max_instances: For one job, 1 to 100; each has one object at least to work on.
        job_hours: How long a job may take, 1 to 120.
        tries: Jobs for one request where SageMaker itself is at fault, 1 to 5.
        max_concurrent: Requests that are worked on at once.
        wait_hours: How long others may wait for their turn, 1 to 48.

    Raises:
        ValueError: An instance type that doesn't exist, or a value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformResources.html
    """

    instance_type: str = "ml.m5.large"
    max_instances: int = 1
    job_hours: int = 4
    tries: int = 2
    max_concurrent: int = 2
    wait_hours: int = 24

    def __post_init__(self) -> None:
        instance_type(self.instance_type)
        for name, most in RANGES.items():
            check_range(name, getattr(self, name), 1, most)

    @property
    def job_seconds(self) -> int:
        """How long a job may take."""
        return self.job_hours * 3600

    @property
    def execution_seconds(self) -> int:
        """How long an execution may take, waiting included, and an hour to begin, stop and tell of each job."""
        return 3600 * (self.wait_hours + self.tries * (self.job_hours + 1))


@dataclass(frozen=True, kw_only=True)
class TransformOptions:
    """How data is transformed.

    Args:
        records: How it is cut up.
        join: Which parts of records and answers are taken.
        limits: How much a request may ask for.
        runs: The instances, for how long, and how many at once.

    Raises:
        ValueError: Values that don't go together.
    """

    records: TransformRecords = field(default_factory=TransformRecords)
    join: TransformJoin = field(default_factory=TransformJoin)
    limits: TransformLimits = field(default_factory=TransformLimits)
    runs: TransformRuns = field(default_factory=TransformRuns)

    def __post_init__(self) -> None:
        self.join.check(self.records)
        self.limits.counts(self.records)

    @property
    def environment(self) -> dict[str, str]:
        """The limits as the function that plans is told; 0 stands for none."""
        records, limits = self.records, self.limits
        return {
            "COUNT_RECORDS": str(int(limits.counts(records))),
            "MAX_BYTES": str(limits.max_bytes),
            "MAX_INSTANCES": str(self.runs.max_instances),
            "MAX_OBJECTS": str(limits.max_objects),
            "MAX_RECORDS": str(limits.max_records if limits.max_records is not None else 0),
            "PAYLOAD_BYTES": str(records.payload_mb * MEGABYTE),
            "SPLIT_RECORDS": str(int(records.split != "None")),
        }
