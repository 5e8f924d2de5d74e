"""Settings of the instances that language models share, of updates, limits and alarms."""

from typing import Annotated, Literal

from aws_cdk import Duration
from pydantic import Field, model_validator

from ml_constructs.sagemaker.inference.components.component_alarms import ComponentThresholds
from ml_constructs.sagemaker.inference.components.component_instances import ScaleIn, SharedInstances
from ml_constructs.sagemaker.inference.components.component_update import RollingUpdate
from ml_constructs.sagemaker.inference.front.inference_alarms import FrontThresholds
from ml_constructs.sagemaker.inference.front.inference_options import LARGEST_REQUEST_BYTES, LONGEST_WAIT_SECONDS
from stacks.settings.callers import RequestSettings
from stacks.settings.inference import ReservationArn
from stacks.settings.models import SettingsModel

JSON_SCHEMA = {"type": "object", "required": ["messages"], "properties": {"messages": {"type": "array"}}}
"""What API Gateway refuses; lengths and values are left to the function, as API Gateway would repeat them in a log."""
ESCAPED_BYTES, FRAME_BYTES = 6, 16_384


class InstanceSettings(SettingsModel):
    """How many instances the models share."""

    minimum: Annotated[int, Field(ge=0, le=1000)] = 0
    """Instances at least: 0 lets all go when no model has copies; 1 only with allow_single; 2 survive the loss of one."""
    maximum: Annotated[int, Field(ge=1, le=1000)] = 2
    """Instances at most."""
    scale_in: Literal["idle-release", "consolidation"] = "idle-release"
    """Whether instances go that hold no copies, or copies are moved together so that more go."""
    scale_in_step: Annotated[int, Field(ge=1, le=100)] = 1
    """Instances that go at a time, with consolidation."""
    scale_in_cooldown_minutes: Annotated[int, Field(ge=5, le=1440)] = 20
    """How long after the last change of the endpoint copies are moved, with consolidation."""
    allow_single: bool = False
    """Whether one instance may serve alone, for tries: nothing answers when it or its availability zone fails."""
    routing: Literal["least-outstanding-requests", "random", "prefix-aware"] = "least-outstanding-requests"
    """Which copy gets a request: the least busy, any, or the one that had the same beginning of a prompt before."""
    volume_gb: Annotated[int, Field(ge=1, le=512)] | None = None
    """The size of the volume beside each instance, for types without an instance store; left out, SageMaker chooses."""
    provision_timeout_seconds: Annotated[int, Field(ge=300, le=3600)] | None = None
    """How long instances are sought; left out, SageMaker chooses."""
    reservation_arn: ReservationArn | None = None
    """An ML capacity reservation for the one instance type; no other instances are launched then."""

    def value(self) -> SharedInstances:
        """The instances as constructs take them."""
        strategy: Literal["IDLE_RELEASE", "CONSOLIDATION"] = "CONSOLIDATION" if self.scale_in == "consolidation" else "IDLE_RELEASE"
        scale_in = ScaleIn(strategy=strategy, step=self.scale_in_step, cooldown_minutes=self.scale_in_cooldown_minutes)
        return SharedInstances(minimum=self.minimum, maximum=self.maximum, scale_in=scale_in, allow_single=self.allow_single)

    @model_validator(mode="after")
    def _can_be_had(self) -> "InstanceSettings":
        self.value()
        return self


class UpdateSettings(SettingsModel):
    """How copies of a new model take over from those of the old one; alarms on its errors bring the old ones back."""

    batch_percent: Annotated[int, Field(ge=5, le=50)] = 50
    """Copies that are replaced at a time."""
    wait_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """How long alarms are watched after each batch."""
    timeout_minutes: Annotated[int, Field(ge=10, le=480)] = 120
    """After which an update is given up."""

    def value(self) -> RollingUpdate:
        """The update as constructs take it."""
        wait, timeout = Duration.seconds(self.wait_seconds), Duration.minutes(self.timeout_minutes)
        return RollingUpdate(batch_percent=self.batch_percent, wait=wait, timeout=timeout)


class TextLimitSettings(SettingsModel):
    """What one request may ask."""

    prompt_bytes: Annotated[int, Field(ge=1, le=700_000)] = 32_768
    """All messages of a request together."""
    max_tokens: Annotated[int, Field(ge=1, le=131_072)] = 512
    """The length of an answer at most, and where a request doesn't say."""
    timeout_seconds: Annotated[int, Field(ge=1, le=LONGEST_WAIT_SECONDS)] = LONGEST_WAIT_SECONDS
    """How long a whole answer may take; streams have 15 minutes."""
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Requests that each of the functions works on at once, taken from those of the account; left out, only the account limits them."""

    def requests(self) -> RequestSettings:
        """What is passed on."""
        most = min(LARGEST_REQUEST_BYTES, ESCAPED_BYTES * self.prompt_bytes + FRAME_BYTES)
        return RequestSettings(
            content_types=("application/json",),
            max_bytes=most,
            timeout_seconds=self.timeout_seconds,
            json_schema=JSON_SCHEMA,
            concurrency=self.concurrency,
        )


class TextAlarmSettings(SettingsModel):
    """When alarms are raised."""

    latency_seconds: Annotated[float, Field(gt=0, le=60)] = 20
    """What 95 of 100 whole answers take at most, for a quarter of an hour."""
    first_token_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    """What 95 of 100 callers of the stream wait for the first words at most, as long."""
    refused_percent: Annotated[float, Field(gt=0, le=100)] = 20
    """Requests of an hour that the models refuse, of all."""
    tokens_per_day: Annotated[int, Field(ge=1, le=10_000_000_000_000)] = 10_000_000
    """Tokens read and written in a day."""

    def components(self) -> ComponentThresholds:
        """The thresholds of models as constructs take them."""
        return ComponentThresholds(
            latency_seconds=self.latency_seconds, first_token_seconds=self.first_token_seconds, tokens_per_day=self.tokens_per_day
        )

    def front(self) -> FrontThresholds:
        """The thresholds of the API as constructs take them."""
        return FrontThresholds(latency_seconds=self.latency_seconds, refused_percent=self.refused_percent)
