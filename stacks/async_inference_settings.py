"""Settings of a model that works requests off by the queue."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from aws_cdk import Duration
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.sagemaker.inference.asynchronous.async_alarms import AsyncThresholds
from ml_constructs.sagemaker.inference.asynchronous.async_options import AsyncRequests, AsyncScaling
from stacks.base import BlueprintSettings
from stacks.settings.callers import MediaType
from stacks.settings.inference import Cooldown, HostingSettings, ModelSettings
from stacks.settings.inference_checks import check_model
from stacks.settings.models import NetworkChoice, SettingsModel

Ending = Annotated[str, StringConstraints(pattern=r"^\.[a-z0-9]{1,16}$")]
MEGABYTE = 1_000_000
SAMPLES: Mapping[str, str] = {"xgboost": "churn", "scikit-learn": "wine"}
"""The sample models, by framework."""


class BacklogScalingSettings(SettingsModel):
    """How many instances work requests off."""

    min_instances: Annotated[int, Field(ge=0, le=1000)] = 0
    """Instances at least; 0 lets them all go, and the first request then waits for some minutes until one is back."""
    max_instances: Annotated[int, Field(ge=1, le=1000)] = 2
    """Instances at most; as many as at least keeps the number as it is."""
    backlog_per_instance: Annotated[float, Field(gt=0, le=1_000_000)] = 3
    """Requests that wait or are worked on for each instance, above which there are more of them; fewer than `concurrency_per_instance`, or
    instances that are fully busy count as idle, and capacity goes up and down."""
    scale_in_cooldown_seconds: Cooldown = 600
    """How long after a change fewer instances are considered."""
    scale_out_cooldown_seconds: Cooldown = 300
    """How long after a change more are; longer than an instance takes to start."""

    def value(self) -> AsyncScaling:
        """The numbers as constructs take them."""
        return AsyncScaling(
            min_instances=self.min_instances,
            max_instances=self.max_instances,
            backlog_per_instance=self.backlog_per_instance,
            scale_in_cooldown=Duration.seconds(self.scale_in_cooldown_seconds),
            scale_out_cooldown=Duration.seconds(self.scale_out_cooldown_seconds),
        )

    @model_validator(mode="after")
    def _can_be_had(self) -> "BacklogScalingSettings":
        self.value()
        return self


class AsyncRequestSettings(SettingsModel):
    """What the model is asked, and how long it is waited for."""

    content_types: Annotated[Mapping[Ending, MediaType], Field(min_length=1, max_length=50)] = {
        ".csv": "text/csv",
        ".json": "application/json",
    }
    """MIME types by the endings of the names of files; other files are refused."""
    accept: MediaType | None = None
    """The MIME type that answers are asked for in; left out, the container's own."""
    max_megabytes: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Larger files are refused."""
    time_to_live_minutes: Annotated[int, Field(ge=1, le=360)] = 360
    """How long a request may wait, the start of instances included."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 900
    """How long the model may take."""
    concurrency_per_instance: Annotated[int, Field(ge=1, le=1000)] | None = 4
    """Requests that an instance works on at once; with null, SageMaker chooses."""

    def value(self) -> AsyncRequests:
        """The requests as constructs take them."""
        return AsyncRequests(
            content_types=dict(self.content_types),
            accept=self.accept,
            max_bytes=self.max_megabytes * MEGABYTE,
            time_to_live=Duration.minutes(self.time_to_live_minutes),
            timeout=Duration.seconds(self.timeout_seconds),
        )


class AsyncAlarmSettings(SettingsModel):
    """When alarms are raised."""

    backlog_age_minutes: Annotated[float, Field(gt=0)] = 60
    """For which the oldest request may wait."""
    instance_hours_per_day: Annotated[float, Field(gt=0)] | None = None
    """For which instances may run in 24 hours, all together; left out, those of a number halfway between the least and the most."""

    def value(self) -> AsyncThresholds:
        """The thresholds as constructs take them."""
        return AsyncThresholds(**self.model_dump())


class AsyncInferenceSettings(BlueprintSettings):
    """Settings of a model that works requests off by the queue."""

    model: ModelSettings = ModelSettings()
    """The model; a small sample model where no files are named."""
    model_in_network: bool = False
    """Whether the instances are attached to the network of the functions, and fetch the model through it."""
    hosting: HostingSettings = HostingSettings()
    """The instances; routing is not for requests in a queue."""
    scaling: BacklogScalingSettings = BacklogScalingSettings()
    """How many there are."""
    requests: AsyncRequestSettings = AsyncRequestSettings()
    """What the model is asked, and how long it is waited for."""
    retention_days: Annotated[int, Field(ge=0, le=3653)] = 90
    """How long inputs, answers and what is known of them are kept; 0 keeps them."""
    alarms: AsyncAlarmSettings = AsyncAlarmSettings()
    """When alarms are raised."""

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The services that the functions call."""
        return ("sagemaker.runtime", "sqs")

    def conflicts(self, *, compliance: str, network: NetworkChoice) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ARG002
        """Finds what the network doesn't suit."""
        if self.model_in_network and network == "none":
            yield ("model_in_network",), "true is not allowed without a network; allowed: false"

    @model_validator(mode="after")
    def _model_can_be_served(self) -> "AsyncInferenceSettings":
        check_model(self.model, self.hosting, SAMPLES)
        return self

    @model_validator(mode="after")
    def _nothing_is_routed(self) -> "AsyncInferenceSettings":
        chosen = self.hosting.routing
        if chosen != "least-outstanding-requests":
            raise ValueError(f"hosting.routing must be left out, because instances take requests from a queue, got {chosen}")
        return self
