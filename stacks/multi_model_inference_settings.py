"""Settings of many models, each of one tenant, on shared instances."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from constructs import Construct
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.models.artifacts import Artifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.fit import check_fit
from ml_constructs.sagemaker.inference.multi_model.multi_model_alarms import MultiModelThresholds
from ml_constructs.sagemaker.inference.multi_model.multi_model_endpoint import check_types
from stacks.base import BlueprintSettings
from stacks.settings.callers import CallerSettings, FrontAlarmSettings, RequestSettings
from stacks.settings.inference import (
    EndpointAlarmSettings,
    HostingSettings,
    ScalingSettings,
)
from stacks.settings.inference_model import ImageSettings, VariableName, VariableValue
from stacks.settings.inference_updates import DeploymentSettings, check_update
from stacks.settings.models import NetworkChoice, SettingsModel

TenantClaim = Annotated[str, StringConstraints(pattern=r"^custom:[A-Za-z0-9_-]{1,20}$")]


class ModelsSettings(SettingsModel):
    """What runs the models, which are all of one framework."""

    framework: Literal["xgboost", "scikit-learn", "linear-learner", "pytorch", "triton"] = "xgboost"
    """What runs them: one of the images that AWS keeps."""
    version: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    """The framework's version; left out, the newest that this collection knows."""
    accelerator: Literal["cpu", "gpu"] = "cpu"
    """What the framework's image is built for; gpu with triton only."""
    image: ImageSettings | None = None
    """An image of your own, instead of the framework's; it has to be able to serve many models."""
    environment: Mapping[VariableName, VariableValue] = {}
    """Environment variables of the container; nothing secret."""
    cache: bool = True
    """Whether models stay in memory until it is short; false where a great many are each asked seldom."""
    network_isolation: bool = True
    """Whether the container reaches no network at all; its models are code of the tenants that brought them."""

    @property
    def framework_image(self) -> FrameworkImage:
        """The image that AWS keeps, where none of your own is named."""
        return FrameworkImage(self.framework, self.version, self.accelerator)

    def container(self, scope: Construct, artifact: Artifact) -> Container:
        """The container as constructs take it.

        Args:
            scope: Where what stands already is known.
            artifact: Where the models are.
        """
        image = self.image.value(scope) if self.image else self.framework_image
        return Container(image, artifact, environment=dict(self.environment), mode="MultiModel", model_cache=self.cache)

    @model_validator(mode="after")
    def _image_serves_many(self) -> "ModelsSettings":
        if self.image is not None:
            if not self.image.multi_model:
                raise ValueError("image.multi_model must be true, for an image that can serve many models at once, got false")
        elif not self.framework_image.multi_model:
            raise ValueError(f"accelerator must be cpu for {self.framework}, as triton alone holds many models on GPUs, got gpu")
        return self


class TenantCallerSettings(CallerSettings):
    """Who may ask, from where, and how much; users of a pool, whose tokens name their tenant."""

    auth: Literal["cognito"] = "cognito"
    """How callers show who they are: nothing else names a tenant that the caller can't choose."""

    @model_validator(mode="after")
    def _tenants_are_given(self) -> "TenantCallerSettings":
        if self.users.pool_arn is not None and not self.users.client_ids:
            raise ValueError(
                "users.client_ids must name a client at least when users.pool_arn is given, because users of a client that may write the "
                "tenant_claim could choose their tenant, got none"
            )
        return self


class ModelAlarmSettings(EndpointAlarmSettings):
    """When alarms about the endpoint are raised."""

    memory_percent: Annotated[float, Field(gt=0, le=100)] = 95
    """Of an instance's memory, for a quarter of an hour; it fills with models until SageMaker unloads some."""
    miss_percent: Annotated[float, Field(gt=0, le=100)] = 30
    """Of the requests of five minutes, for half an hour, whose model wasn't loaded."""
    loading_seconds: Annotated[float, Field(gt=0, le=360)] = 20
    """That a request waits for its model at most, for a quarter of an hour."""
    missing_per_hour: Annotated[int, Field(ge=1)] = 50
    """Requests for models that aren't there."""

    def value(self) -> MultiModelThresholds:
        """The thresholds as constructs take them."""
        return MultiModelThresholds(**self.model_dump())


class AlarmSettings(SettingsModel):
    """When alarms are raised."""

    requests: FrontAlarmSettings = FrontAlarmSettings()
    """Those about requests."""
    endpoint: ModelAlarmSettings = ModelAlarmSettings()
    """Those about the endpoint and its models."""


class MultiModelInferenceSettings(BlueprintSettings):
    """Settings of many models, each of one tenant, on shared instances."""

    models: ModelsSettings = ModelsSettings()
    """What runs the models."""
    tenant_claim: TenantClaim = "custom:tenant"
    """The claim of the caller's token that names the tenant, and with it the folder of the models that the caller may ask."""
    hosting: HostingSettings = HostingSettings()
    """The instances; models share their memory, and their volume keeps those that were fetched."""
    scaling: ScalingSettings = ScalingSettings()
    """How many there are."""
    deployment: DeploymentSettings = DeploymentSettings()
    """How a new image, or new instances, take over; they load every model anew."""
    callers: TenantCallerSettings = TenantCallerSettings()
    """Who may ask, from where, and how much."""
    requests: RequestSettings = RequestSettings()
    """What is passed on to the models."""
    alarms: AlarmSettings = AlarmSettings()
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
        """Finds callers whom the network doesn't suit."""
        yield from self.callers.conflicts(network=network)

    @model_validator(mode="after")
    def _instances_hold_many(self) -> "MultiModelInferenceSettings":
        types = self.hosting.value().instance_types
        check_types(types, setting="hosting.instance_type")
        if self.models.image is None:
            check_fit(self.models.framework_image, types, setting="hosting.instance_type")
        check_update(self.hosting, self.scaling, self.deployment)
        return self
