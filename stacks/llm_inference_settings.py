"""Parts of the settings of language models on shared instances."""

from collections.abc import Mapping
from typing import Annotated, Literal

from aws_cdk import Duration
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.sagemaker.inference.components.component_alarms import ComponentThresholds
from ml_constructs.sagemaker.inference.components.component_hardware import ModelShape
from ml_constructs.sagemaker.inference.components.component_instances import ScaleIn, SharedInstances
from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds
from ml_constructs.sagemaker.inference.components.component_options import ComponentOptions, CopyPlacement, CopyScaling, CopyStart
from ml_constructs.sagemaker.inference.components.component_update import RollingUpdate
from ml_constructs.sagemaker.inference.front.inference_alarms import FrontThresholds
from ml_constructs.sagemaker.inference.front.inference_options import LARGEST_REQUEST_BYTES, LONGEST_WAIT_SECONDS
from stacks.settings.callers import RequestSettings
from stacks.settings.inference import Cooldown, ReservationArn
from stacks.settings.inference_model import VariableName, VariableValue
from stacks.settings.models import KeyArn, SettingsModel

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=24)]
PrefixUri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^/\s]+/)+$", max_length=1024)]
ArchiveUri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\s]+\.tar\.gz$", max_length=1024)]
StartTime = Annotated[int, Field(ge=60, le=3600)]
Copies = Annotated[int, Field(ge=0, le=1000)]
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


class CopySettings(SettingsModel):
    """How many copies of a model run."""

    minimum: Copies = 0
    """Copies when nobody asks; 0 takes the first callers afterwards several minutes."""
    maximum: Annotated[int, Field(ge=1, le=1000)] = 2
    """Copies at most."""
    initial: Copies = 1
    """Copies with which a deployment begins, and an update of the model begins again."""
    metric: Literal["concurrency", "invocations"] = "concurrency"
    """What their number follows: requests at once, known within ten seconds, or requests a minute."""
    target: Annotated[float, Field(gt=0)] = 5
    """How much of it a copy is to bear."""
    scale_in_cooldown_seconds: Cooldown = 300
    """How long after a change fewer copies are considered."""
    scale_out_cooldown_seconds: Cooldown = 60
    """How long after a change more are."""
    start_seconds: StartTime = 900
    """How long the first copy may take from zero; until then requests that find none start no other."""

    def value(self) -> CopyScaling:
        """The numbers as constructs take them."""
        return CopyScaling(
            minimum=self.minimum,
            maximum=self.maximum,
            initial=self.initial,
            metric=self.metric,
            target=self.target,
            scale_in_cooldown=Duration.seconds(self.scale_in_cooldown_seconds),
            scale_out_cooldown=Duration.seconds(self.scale_out_cooldown_seconds),
            start_time=Duration.seconds(self.start_seconds),
        )

    @model_validator(mode="after")
    def _can_be_had(self) -> "CopySettings":
        self.value()
        return self


class AdapterSettings(SettingsModel):
    """A LoRA adapter of a model."""

    artifact: ArchiveUri
    """Its files, in one archive in the region and, where the bucket has a key, encrypted with the model's artifact_key_arn."""


class LanguageModelSettings(SettingsModel):
    """A language model."""

    artifact: PrefixUri
    """Where its files lie, uncompressed, as Hugging Face Transformers saves them; compiled for Neuron with inferentia2 and trainium."""
    artifact_key_arn: KeyArn | None = None
    """The customer-managed key that they are encrypted with, if there is one; the key's policy must allow this account."""
    accelerators: Annotated[int, Field(ge=1, le=64)] = 1
    """GPUs or Neuron devices that one copy is spread over."""
    memory_mb: Annotated[int, Field(ge=128, le=2_000_000)] = 1024
    """Of the instance's own memory that a copy reserves; SageMaker keeps part of that memory for itself, and AWS doesn't say how much."""
    cpu_cores: Annotated[float, Field(ge=0.25, le=192)] | None = None
    """Processors that it reserves; left out, SageMaker shares them out."""
    context_tokens: Annotated[int, Field(ge=128, le=1_000_000)] = 4096
    """Tokens of prompt and answer together."""
    sequences: Annotated[int, Field(ge=1, le=1024)] = 16
    """Requests that one copy answers at once."""
    copies: CopySettings = CopySettings()
    """How many copies run."""
    adapters: Annotated[Mapping[ModelName, AdapterSettings], Field(max_length=100)] = {}
    """LoRA adapters by the names by which callers choose them; with gpu."""
    adapter_rank: Literal[8, 16, 32, 64, 128, 256] = 64
    """The highest of the adapters' ranks."""
    spread: bool = True
    """Whether copies are spread over instances; packed together they need fewer."""
    start_timeout_seconds: StartTime = 1800
    """How long the download of the model may take, and again the start of the model server."""
    environment: Annotated[Mapping[VariableName, VariableValue], Field(max_length=64)] = {}
    """Further variables of the model server, which go before those that follow from these settings."""

    def needs(self) -> ComponentNeeds:
        """What a copy takes, as constructs take it."""
        return ComponentNeeds(memory_mb=self.memory_mb, accelerators=self.accelerators, cpu_cores=self.cpu_cores)

    def shape(self) -> ModelShape:
        """What the model server is set up for."""
        return ModelShape(
            accelerators=self.accelerators,
            context_tokens=self.context_tokens,
            sequences=self.sequences,
            adapters=len(self.adapters),
            adapter_rank=self.adapter_rank,
        )

    def options(self, update: RollingUpdate) -> ComponentOptions:
        """How copies are started, placed and replaced."""
        limit = Duration.seconds(self.start_timeout_seconds)
        placement = CopyPlacement(strategy="SPREAD" if self.spread else "BINPACK")
        return ComponentOptions(start=CopyStart(download=limit, health_check=limit), placement=placement, update=update)


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
