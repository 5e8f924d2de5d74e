"""Parts of settings that the blueprints around SageMaker endpoints share: instances, their count, capture and alarms."""

from collections.abc import Mapping
from typing import Annotated, Literal

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.sagemaker.inference.capacity.instance_pool import CapacityReservation, InstancePool
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.endpoints.data_capture import DataCapture
from ml_constructs.sagemaker.inference.endpoints.endpoint_alarms import EndpointThresholds
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.endpoints.routing import Routing
from stacks.settings.inference_model import ImageSettings, ModelSettings
from stacks.settings.models import SettingsModel

__all__ = [
    "DataCaptureSettings",
    "EndpointAlarmSettings",
    "HostingSettings",
    "ImageSettings",
    "InstancePoolSettings",
    "ModelSettings",
    "ScalingSettings",
]

InstanceTypeName = Annotated[str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]
ReservationArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:[a-z0-9-]{1,14}/.+$")]
ContentType = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*$")]
Timeout = Annotated[int, Field(ge=60, le=3600)]
Cooldown = Annotated[int, Field(ge=0, le=3600)]
TARGETS: Mapping[str, float] = {"invocations": 600, "concurrency": 4}
"""What an instance bears where nobody says: ten requests a second, or four at once."""


class InstancePoolSettings(SettingsModel):
    """One of the instance types that are tried in turn."""

    instance_type: InstanceTypeName
    """Such as ml.g5.xlarge."""
    priority: Annotated[int, Field(ge=1, le=5)]
    """1 is asked for first, 5 last."""


class HostingSettings(SettingsModel):
    """The instances that serve the model."""

    instance_type: InstanceTypeName = "ml.m5.large"
    """The instance type, where no pools are given."""
    pools: Annotated[tuple[InstancePoolSettings, ...], Field(max_length=5)] = ()
    """Instance types by priority, instead of one, tried in turn where capacity is short."""
    volume_gb: Annotated[int, Field(ge=1, le=512)] | None = None
    """The size of the volume beside each instance, for types without an instance store; left out, SageMaker chooses."""
    routing: Literal["least-outstanding-requests", "random", "prefix-aware"] = "least-outstanding-requests"
    """Which instance gets a request: the least busy, any, or the one that had the same beginning of a prompt before."""
    prefix_bytes: Annotated[int, Field(ge=1024, le=65_536)] = 4096
    """How much of a request counts as its beginning, with prefix-aware."""
    prefix_concurrency: Annotated[int, Field(ge=1, le=1024)] = 8
    """From how many open requests on another instance is chosen, with prefix-aware."""
    download_timeout_seconds: Timeout | None = None
    """How long the download of the model may take; left out, SageMaker chooses."""
    startup_timeout_seconds: Timeout | None = None
    """How long the container may take to start; left out, SageMaker chooses."""
    provision_timeout_seconds: Annotated[int, Field(ge=300, le=3600)] | None = None
    """How long instances are sought; left out, SageMaker chooses."""
    reservation_arn: ReservationArn | None = None
    """An ML capacity reservation for the instance type; no other instances are launched then."""
    enhanced_metrics: bool = False
    """Whether metrics are told by instance and container as well; they are billed as custom metrics."""
    metric_period_seconds: Literal[10, 30, 60, 120, 180, 240, 300] = 60
    """How often metrics of instances are told."""

    def value(self) -> Hosting:
        """The instances as constructs take them."""
        pooled = bool(self.pools) and "instance_type" not in self.model_fields_set
        strategy = self.routing.upper().replace("-", "_")
        return Hosting(
            instance_type=None if pooled else self.instance_type,
            pools=tuple(InstancePool(**pool.model_dump()) for pool in self.pools),
            volume_gb=self.volume_gb,
            routing=Routing(strategy=strategy, prefix_length=self.prefix_bytes, concurrency_threshold=self.prefix_concurrency),  # type: ignore[arg-type]
            download_timeout=_seconds(self.download_timeout_seconds),
            startup_timeout=_seconds(self.startup_timeout_seconds),
            provision_timeout=_seconds(self.provision_timeout_seconds),
            reservation=CapacityReservation(reservation_arn=self.reservation_arn) if self.reservation_arn else None,
            enhanced_metrics=self.enhanced_metrics,
            metric_period=self.metric_period_seconds,
        )

    @model_validator(mode="after")
    def _can_be_launched(self) -> "HostingSettings":
        self.value()
        return self


class ScalingSettings(SettingsModel):
    """How many instances there are."""

    min_instances: Annotated[int, Field(ge=1, le=1000)] = 2
    """Instances at least; one only with allow_single."""
    max_instances: Annotated[int, Field(ge=1, le=1000)] = 4
    """Instances at most; as many as at least keeps the number as it is."""
    metric: Literal["invocations", "concurrency"] = "invocations"
    """What their number follows: requests a minute, or requests at once, which is known within ten seconds."""
    target: Annotated[float, Field(gt=0)] | None = None
    """How much of it each instance is to bear; left out, 600 invocations or a concurrency of 4."""
    scale_in_cooldown_seconds: Cooldown = 300
    """How long after a change fewer instances are considered."""
    scale_out_cooldown_seconds: Cooldown = 60
    """How long after a change more are."""
    allow_single: bool = False
    """Whether one instance may serve alone, for tries: nothing answers when it or its availability zone fails."""

    def value(self) -> Scaling:
        """The numbers as constructs take them."""
        return Scaling(
            min_instances=self.min_instances,
            max_instances=self.max_instances,
            metric=self.metric,
            target=TARGETS[self.metric] if self.target is None else self.target,
            scale_in_cooldown=Duration.seconds(self.scale_in_cooldown_seconds),
            scale_out_cooldown=Duration.seconds(self.scale_out_cooldown_seconds),
            allow_single=self.allow_single,
        )

    @model_validator(mode="after")
    def _can_be_had(self) -> "ScalingSettings":
        self.value()
        return self


class DataCaptureSettings(SettingsModel):
    """Requests and answers are kept in a bucket; they may hold personal data."""

    enabled: bool = False
    """Whether they are."""
    percent: Annotated[int, Field(ge=1, le=100)] = 10
    """Of the requests."""
    inputs: bool = True
    """Whether requests are kept."""
    outputs: bool = True
    """Whether answers are kept."""
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """After which they are deleted."""
    json_types: Annotated[tuple[ContentType, ...], Field(max_length=10)] = ("application/json",)
    """Content types that are written as JSON; others that are no CSV are written in Base64."""
    csv_types: Annotated[tuple[ContentType, ...], Field(max_length=10)] = ("text/csv",)
    """Content types that are written as CSV."""

    def value(self, bucket: s3.IBucket) -> DataCapture:
        """What is kept, as constructs take it.

        Args:
            bucket: Where, encrypted; its lifecycle follows ``retention_days``.
        """
        return DataCapture(bucket=bucket, **self.model_dump(exclude={"enabled", "retention_days"}))

    @model_validator(mode="after")
    def _something_is_kept(self) -> "DataCaptureSettings":
        if not (self.inputs or self.outputs):
            raise ValueError("inputs or outputs must be true, got neither; allowed without: enabled false")
        return self


class EndpointAlarmSettings(SettingsModel):
    """When alarms about the endpoint are raised."""

    errors_per_minute: Annotated[int, Field(ge=1)] = 1
    """Requests that fail for want of the endpoint or the model, in a minute."""
    latency_ms: Annotated[float, Field(gt=0)] = 1000
    """Milliseconds that the model takes at most for 99 of 100 requests, for three minutes."""
    client_error_percent: Annotated[float, Field(gt=0, le=100)] = 10
    """Of the requests of five minutes that the model refuses."""
    memory_percent: Annotated[float, Field(gt=0, le=100)] = 90
    """Of an instance's memory, for a quarter of an hour."""
    planned_instances: Annotated[float, Field(gt=0)] | None = None
    """Instances that serve on average at most, for six hours; left out, halfway between the least and the most."""

    def value(self) -> EndpointThresholds:
        """The thresholds as constructs take them."""
        return EndpointThresholds(**self.model_dump())


def _seconds(number: int | None) -> Duration | None:
    return None if number is None else Duration.seconds(number)
