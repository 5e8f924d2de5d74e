"""Settings of a model that answers while the caller waits, on instances."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from ml_constructs.sagemaker.inference.deployments.deployment_checks import check_deployment
from stacks.base import BlueprintSettings
from stacks.settings.callers import CallerSettings, FrontAlarmSettings, RequestSettings
from stacks.settings.inference import (
    DataCaptureSettings,
    EndpointAlarmSettings,
    HostingSettings,
    ModelSettings,
    ScalingSettings,
)
from stacks.settings.inference_checks import check_model
from stacks.settings.inference_updates import DeploymentSettings
from stacks.settings.models import NetworkChoice, SettingsModel

SAMPLES: Mapping[str, str] = {"scikit-learn": "wine", "xgboost": "churn"}
"""The sample models, by framework."""


class ShadowSettings(SettingsModel):
    """A second model that gets a copy of the requests; its answers are captured, and nobody sees them."""

    model: ModelSettings
    """The model on trial."""
    hosting: HostingSettings = HostingSettings()
    """Its instances."""
    instances: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many."""


class RealTimeAlarmSettings(SettingsModel):
    """When alarms are raised."""

    requests: FrontAlarmSettings = FrontAlarmSettings()
    """Those about requests."""
    endpoint: EndpointAlarmSettings = EndpointAlarmSettings()
    """Those about the endpoint."""


class RealTimeInferenceSettings(BlueprintSettings):
    """Settings of a model that answers while the caller waits, on instances."""

    model: ModelSettings = ModelSettings()
    """The model; a small sample model where no files are named."""
    model_in_network: bool = False
    """Whether the instances are attached to the network of the functions, and fetch the model through it."""
    hosting: HostingSettings = HostingSettings()
    """The instances."""
    scaling: ScalingSettings = ScalingSettings()
    """How many there are."""
    data_capture: DataCaptureSettings = DataCaptureSettings()
    """Whether requests and answers are kept."""
    deployment: DeploymentSettings = DeploymentSettings()
    """How a new model, or new instances, take over."""
    shadow: ShadowSettings | None = None
    """A second model that is tried on the same requests."""
    callers: CallerSettings = CallerSettings()
    """Who may ask, from where, and how much."""
    requests: RequestSettings = RequestSettings()
    """What is passed on to the model."""
    alarms: RealTimeAlarmSettings = RealTimeAlarmSettings()
    """When alarms are raised."""

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The one by which the function asks the endpoint."""
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

    @model_validator(mode="after")
    def _models_can_be_served(self) -> "RealTimeInferenceSettings":
        check_model(self.model, self.hosting, SAMPLES)
        if self.shadow is not None:
            check_model(self.shadow.model, self.shadow.hosting, SAMPLES)
        return self

    @model_validator(mode="after")
    def _update_can_be_made(self) -> "RealTimeInferenceSettings":
        types, deployment = self.hosting.value().instance_types, self.deployment.value()
        check_deployment(deployment, instance_types=types, instances=self.scaling.min_instances, shadow=self.shadow is not None)
        return self
