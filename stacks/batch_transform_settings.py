"""Settings of a model that works through data in batches."""

from collections.abc import Iterator
from typing import Annotated, Literal

from aws_cdk import Duration
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.fit import check_fit
from ml_constructs.sagemaker.inference.transform.transform_alarms import TransformThresholds
from ml_constructs.sagemaker.inference.transform.transform_options import TransformLimits, TransformOptions, TransformRuns
from ml_constructs.sagemaker.inference.transform.transform_records import TransformJoin, TransformRecords
from ml_constructs.sagemaker.inference.transform.transform_schedule import DailyPrefix
from stacks.base import BlueprintSettings
from stacks.settings.inference import ModelSettings
from stacks.settings.inference_checks import check_model
from stacks.settings.models import NetworkChoice, SettingsModel

MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*(; ?[a-z]+=[A-Za-z0-9.-]+)*$")]
JsonPath = Annotated[str, StringConstraints(pattern=r"^\$", max_length=63)]
InstanceTypeName = Annotated[str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]
MEGABYTE = 1_000_000
SAMPLES = {"xgboost": "churn", "scikit-learn": "wine"}
"""The sample models, by framework."""
DATA = "data/"


class TransformRecordSettings(SettingsModel):
    """How data is cut into requests to the model, and answers are put together."""

    content_type: MediaType = "text/csv"
    """MIME type of the data."""
    accept: MediaType | None = None
    """MIME type that answers are asked for in; left out, the container's own."""
    split: Literal["Line", "RecordIO", "TFRecord", "None"] = "Line"
    """What ends a record; with None each object is one."""
    strategy: Literal["MultiRecord", "SingleRecord"] = "MultiRecord"
    """Whether a request has as many records as it can take, or one."""
    assemble: Literal["Line", "None"] = "Line"
    """Whether each answer ends with a newline."""
    compression: Literal["None", "Gzip"] = "None"
    """Whether objects are compressed."""
    payload_mb: Annotated[int, Field(ge=0, le=100)] = 6
    """The largest request; 0 leaves it open, for containers that take chunks. Times concurrency, 100 at most."""
    concurrency: Annotated[int, Field(ge=1, le=100)] | None = None
    """Requests to an instance at once; left out, as many as the container says."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 600
    """How long the model may take for a request."""
    retries: Annotated[int, Field(ge=0, le=3)] = 3
    """How often a request that failed is sent again."""

    def value(self) -> TransformRecords:
        """The records as constructs take them."""
        timeout = Duration.seconds(self.timeout_seconds)
        return TransformRecords(timeout=timeout, **self.model_dump(exclude={"timeout_seconds"}))


class TransformJoinSettings(SettingsModel):
    """Which part of a record the model gets, and which part of what comes of it is kept."""

    input_filter: JsonPath = "$"
    """JSONPath of what the model gets, such as $[1:] for all but the first column."""
    output_filter: JsonPath = "$"
    """JSONPath of what is kept, such as $[0,-1] for the first and the last column."""
    joined: bool = False
    """Whether answers are joined with their records before that."""

    def value(self) -> TransformJoin:
        """The filters as constructs take them."""
        return TransformJoin(**self.model_dump())


class TransformLimitSettings(SettingsModel):
    """How much a request may ask for; more is refused before anything is paid for."""

    max_objects: Annotated[int, Field(ge=1, le=10_000)] = 1000
    """Objects of one request."""
    max_megabytes: Annotated[int, Field(ge=1, le=5_000_000)] = 1000
    """All of them together; up to 10,000, uncompressed lines are counted, and each is held against records.payload_mb."""
    max_records: Annotated[int, Field(ge=1)] | None = None
    """All records together, where they are counted; left out, as many as there are."""

    def value(self) -> TransformLimits:
        """The limits as constructs take them."""
        return TransformLimits(max_bytes=self.max_megabytes * MEGABYTE, **self.model_dump(exclude={"max_megabytes"}))


class TransformRunSettings(SettingsModel):
    """The instances of jobs, for how long, and how many jobs at once."""

    instance_type: InstanceTypeName = "ml.m5.large"
    """Such as ml.m5.large."""
    max_instances: Annotated[int, Field(ge=1, le=100)] = 1
    """Instances of one job; each has one object at least to work on."""
    job_hours: Annotated[int, Field(ge=1, le=120)] = 4
    """How long a job may take before it is stopped."""
    tries: Annotated[int, Field(ge=1, le=5)] = 2
    """Jobs for one request, where SageMaker itself is at fault."""
    max_concurrent: Annotated[int, Field(ge=1, le=1000)] = 2
    """Requests that are worked on at once; others wait."""
    wait_hours: Annotated[int, Field(ge=1, le=48)] = 24
    """How long they may wait."""

    def value(self) -> TransformRuns:
        """The runs as constructs take them."""
        return TransformRuns(**self.model_dump())


class DailyPrefixSettings(SettingsModel):
    """A prefix whose objects are transformed every day."""

    prefix: Annotated[str, StringConstraints(pattern=rf"^{DATA}([A-Za-z0-9!_.*'(){{}}-]+/)*$")]
    """Start of the keys; {date} in it stands for the day, such as 2026-11-30."""
    hour: Annotated[int, Field(ge=0, le=23)]
    """When."""
    minute: Annotated[int, Field(ge=0, le=59)] = 0
    """And how many minutes after."""
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,50}$")] = "UTC"
    """By its name in the IANA's database, such as Europe/Berlin."""

    def value(self) -> DailyPrefix:
        """The prefix as constructs take it."""
        return DailyPrefix(**self.model_dump())


class TransformAlarmSettings(SettingsModel):
    """When alarms are raised."""

    instance_hours_per_day: Annotated[float, Field(gt=0)] = 24
    """That jobs take in 24 hours, all together."""

    def value(self) -> TransformThresholds:
        """The thresholds as constructs take them."""
        return TransformThresholds(**self.model_dump())


class BatchTransformSettings(BlueprintSettings):
    """Settings of a model that works through data in batches."""

    model: ModelSettings = ModelSettings()
    """The model; a small sample model where no files are named."""
    model_in_network: bool = False
    """Whether the instances are attached to the network of the functions, and fetch model and data through it."""
    records: TransformRecordSettings = TransformRecordSettings()
    """How data is cut up."""
    join: TransformJoinSettings = TransformJoinSettings()
    """Which parts of records and answers are taken."""
    limits: TransformLimitSettings = TransformLimitSettings()
    """How much a request may ask for."""
    runs: TransformRunSettings = TransformRunSettings()
    """The instances, for how long, and how many jobs at once."""
    daily: Annotated[tuple[DailyPrefixSettings, ...], Field(max_length=20)] = ()
    """Prefixes that are asked for every day, beside manifests and request files that are uploaded."""
    retention_days: Annotated[int, Field(ge=0, le=3653)] = 90
    """How long data, results and what is known of them are kept; 0 keeps them."""
    alarms: TransformAlarmSettings = TransformAlarmSettings()
    """When alarms are raised."""

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The services that the functions call."""
        return ("sagemaker.api", "sns", "sqs", "states")

    def conflicts(self, *, compliance: str, network: NetworkChoice) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ARG002
        """Finds what the network doesn't suit."""
        if self.model_in_network and network == "none":
            yield ("model_in_network",), "true is not allowed without a network; allowed: false"

    def options(self) -> TransformOptions:
        """How data is transformed, as constructs take it."""
        return TransformOptions(records=self.records.value(), join=self.join.value(), limits=self.limits.value(), runs=self.runs.value())

    @model_validator(mode="after")
    def _can_be_had(self) -> "BatchTransformSettings":
        self.options()
        check_model(self.model, None, SAMPLES)
        model = self.model
        if model.artifact is not None and model.artifact.endswith("/"):
            raise ValueError(f"model.artifact must be a .tar.gz archive for batch transform, got {model.artifact}")
        if model.image is None:
            image = FrameworkImage(model.framework, model.version, model.accelerator)
            check_fit(image, [self.runs.instance_type], setting="runs.instance_type", job="transform")
        return self
