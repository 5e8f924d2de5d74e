"""Settings of language models on shared instances."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import aws_cdk as cdk
from pydantic import Field, model_validator

from ml_constructs.sagemaker.inference.capacity.instance_pool import CapacityReservation, InstancePool
from ml_constructs.sagemaker.inference.components.component_hardware import HARDWARE, Hardware
from ml_constructs.sagemaker.inference.components.component_needs import check_copies_fit
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.endpoints.routing import Routing
from ml_constructs.sagemaker.inference.models.fit import inference_ami
from stacks.base import BlueprintSettings
from stacks.llm_inference_models import LanguageModelSettings, ModelName
from stacks.llm_inference_options import InstanceSettings, TextAlarmSettings, TextLimitSettings, UpdateSettings
from stacks.settings.callers import CallerSettings
from stacks.settings.inference import InstanceTypeName
from stacks.settings.models import NetworkChoice

MOST_NAMES_BYTES = 2500
"""Of all names together, as a function's variables may have 4 KB."""


class LlmInferenceSettings(BlueprintSettings):
    """Settings of language models on shared instances."""

    accelerator: Literal["gpu", "inferentia2", "trainium"] = "gpu"
    """What the models run on; it decides on the image, the instances and how the models are spread over their accelerators."""
    instance_types: Annotated[tuple[InstanceTypeName, ...], Field(max_length=5)] = ()
    """Instance types in the order in which they are tried where capacity is short; left out, the smallest common one of the accelerator."""
    instances: InstanceSettings = InstanceSettings()
    """How many instances there are."""
    models: Annotated[Mapping[ModelName, LanguageModelSettings], Field(min_length=1, max_length=20)]
    """The models by the names by which callers choose them; the first answers requests that choose none."""
    update: UpdateSettings = UpdateSettings()
    """How a new model takes over."""
    model_in_network: bool = False
    """Whether the instances are attached to the network of the functions, and fetch the models through it."""
    limits: TextLimitSettings = TextLimitSettings()
    """What one request may ask."""
    streaming: bool = True
    """Whether there is a second address that sends texts while they are written."""
    callers: CallerSettings = CallerSettings()
    """Who may ask, from where, and how much."""
    alarms: TextAlarmSettings = TextAlarmSettings()
    """When alarms are raised."""

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The service that the functions call."""
        return ("sagemaker.runtime",)

    @property
    def private_endpoints(self) -> tuple[str, ...]:
        """The one that callers of a private API use."""
        return self.callers.endpoints

    def conflicts(self, *, compliance: str, network: NetworkChoice) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ARG002
        """Finds what the network doesn't suit."""
        yield from self.callers.conflicts(network=network)
        if self.model_in_network and network == "none":
            yield ("model_in_network",), "true is not allowed without a network; allowed: false"

    @property
    def hardware(self) -> Hardware:
        """What goes with the accelerator."""
        return HARDWARE[self.accelerator]

    @property
    def types(self) -> tuple[str, ...]:
        """The instance types in the order in which they are tried."""
        return self.instance_types or (self.hardware.instance_type,)

    @property
    def names(self) -> tuple[str, ...]:
        """What callers may choose: models, then adapters."""
        return (*self.models, *(adapter for model in self.models.values() for adapter in model.adapters))

    def hosting(self) -> Hosting:
        """The instances as constructs take them, with the machine image whose drivers the model server needs."""
        instances, several = self.instances, len(self.types) > 1
        arn, timeout = instances.reservation_arn, instances.provision_timeout_seconds
        strategy: Any = instances.routing.upper().replace("-", "_")
        return Hosting(
            instance_type=None if several else self.types[0],
            pools=tuple(InstancePool(instance_type=name, priority=number) for number, name in enumerate(self.types, 1)) if several else (),
            volume_gb=instances.volume_gb,
            routing=Routing(strategy=strategy),
            provision_timeout=None if timeout is None else cdk.Duration.seconds(timeout),
            reservation=CapacityReservation(reservation_arn=arn) if arn else None,
            ami_version=inference_ami(self.hardware.image, self.types),
        )

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> "LlmInferenceSettings":
        names = self.names
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"models and their adapters must have names that differ, got {', '.join(twice)} twice")
        if (size := len(",".join(names))) > MOST_NAMES_BYTES:
            raise ValueError(f"the names of models and adapters must have at most {MOST_NAMES_BYTES} letters together, got {size}")
        return self

    @model_validator(mode="after")
    def _types_differ(self) -> "LlmInferenceSettings":
        if twice := sorted({name for name in self.instance_types if self.instance_types.count(name) > 1}):
            raise ValueError(f"instance_types must differ, got {', '.join(twice)} twice")
        return self

    @model_validator(mode="after")
    def _adapters_are_loaded(self) -> "LlmInferenceSettings":
        with_adapters = [name for name, model in self.models.items() if model.adapters]
        if with_adapters and not self.hardware.adapters:
            raise ValueError(
                f"models must have no adapters with accelerator {self.accelerator}, whose model server loads none, got some for "
                f"{', '.join(with_adapters)}; allowed: accelerator gpu"
            )
        return self

    @model_validator(mode="after")
    def _answers_fit(self) -> "LlmInferenceSettings":
        """A model server refuses every request that leaves no token for the prompt."""
        longest = self.limits.max_tokens
        for name, model in self.models.items():
            if longest >= model.context_tokens:
                holds = f"{model.context_tokens}, which holds prompt and answer"
                raise ValueError(f"limits.max_tokens must be below context_tokens of {name}, {holds}, got {longest}")
        return self

    @model_validator(mode="after")
    def _models_fit(self) -> "LlmInferenceSettings":
        """What the constructs refuse is refused here, before anything is defined."""
        self.hardware.check(self.types)
        self.hosting()
        check_copies_fit(
            {name: model.needs() for name, model in self.models.items()},
            {name: model.copies.maximum for name, model in self.models.items()},
            instance_types=self.types,
            instances=self.instances.maximum,
        )
        return self
