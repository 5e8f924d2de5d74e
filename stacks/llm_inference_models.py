"""Settings of one language model: its files, its copies, its adapters."""

from collections.abc import Mapping
from typing import Annotated, Literal

from aws_cdk import Duration
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.sagemaker.inference.components.component_hardware import ModelShape
from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds
from ml_constructs.sagemaker.inference.components.component_options import ComponentOptions, CopyPlacement, CopyScaling, CopyStart
from ml_constructs.sagemaker.inference.components.component_update import RollingUpdate
from stacks.settings.inference import Cooldown
from stacks.settings.inference_model import VariableName, VariableValue
from stacks.settings.models import KeyArn, SettingsModel

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=24)]
PrefixUri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^/\s]+/)+$", max_length=1024)]
ArchiveUri = Annotated[str, StringConstraints(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\s]+\.tar\.gz$", max_length=1024)]
StartTime = Annotated[int, Field(ge=60, le=3600)]
Copies = Annotated[int, Field(ge=0, le=1000)]


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
