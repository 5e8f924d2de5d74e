"""Settings of a model that answers while the caller waits, without instances."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from aws_cdk import Duration
from pydantic import Field, model_validator

from ml_constructs.sagemaker.inference.capacity.provisioned_concurrency import ProvisionedConcurrency
from ml_constructs.sagemaker.inference.endpoints.serverless_alarms import ServerlessThresholds
from stacks.base import BlueprintSettings
from stacks.settings.callers import CallerSettings, FrontAlarmSettings, RequestSettings
from stacks.settings.inference import Cooldown, ModelSettings
from stacks.settings.inference_checks import check_model
from stacks.settings.models import NetworkChoice, SettingsModel

SAMPLES: Mapping[str, str] = {"scikit-learn": "wine", "xgboost": "churn"}
"""The sample models, by framework."""
LARGEST_BYTES = 4 * 1024 * 1024
"""See https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html"""


class ServerlessModelSettings(ModelSettings):
    """The model that is served: one container, without accelerators."""

    network_isolation: bool = False
    """Serverless endpoints don't know it: always false."""

    @model_validator(mode="after")
    def _can_be_served(self) -> "ServerlessModelSettings":
        if self.network_isolation:
            raise ValueError("network_isolation must be false, as serverless endpoints don't know it, got true")
        if self.accelerator != "cpu" or (self.image and "cpu" not in self.image.accelerators):
            got = ", ".join(self.image.accelerators) if self.image else self.accelerator
            raise ValueError(f"accelerator must be cpu, as serverless endpoints have no others, got {got}")
        if self.artifact is not None and self.artifact.endswith("/"):
            raise ValueError(f"artifact must be a .tar.gz archive, as serverless endpoints take no unpacked files, got {self.artifact}")
        return self


class ProvisionedSettings(SettingsModel):
    """Containers that are kept warm, and billed."""

    minimum: Annotated[int, Field(ge=1, le=200)] = 1
    """At least so many."""
    maximum: Annotated[int, Field(ge=1, le=200)] = 1
    """At most so many; as many as at least keeps the number as it is."""
    utilization: Annotated[float, Field(gt=0, le=1)] = 0.7
    """The share of them that is to be at work."""
    scale_in_cooldown_seconds: Cooldown = 300
    """How long after a change fewer are considered."""
    scale_out_cooldown_seconds: Cooldown = 60
    """How long after a change more are."""

    def value(self) -> ProvisionedConcurrency:
        """The numbers as constructs take them."""
        return ProvisionedConcurrency(
            minimum=self.minimum,
            maximum=self.maximum,
            utilization=self.utilization,
            scale_in_cooldown=Duration.seconds(self.scale_in_cooldown_seconds),
            scale_out_cooldown=Duration.seconds(self.scale_out_cooldown_seconds),
        )

    @model_validator(mode="after")
    def _can_be_had(self) -> "ProvisionedSettings":
        self.value()
        return self


class ServerlessEndpointAlarmSettings(SettingsModel):
    """When alarms about the endpoint are raised."""

    errors_per_minute: Annotated[int, Field(ge=1)] = 1
    """Requests that fail for want of the endpoint or the model, in a minute."""
    latency_ms: Annotated[float, Field(gt=0)] = 1000
    """Milliseconds that the model takes at most for 99 of 100 requests, for three minutes."""
    client_error_percent: Annotated[float, Field(gt=0, le=100)] = 10
    """Of the requests of five minutes that the model refuses."""
    memory_percent: Annotated[float, Field(gt=0, le=100)] = 90
    """Of the container's memory, for a quarter of an hour."""
    concurrency_percent: Annotated[float, Field(gt=0, le=100)] = 90
    """Of the concurrency, for a quarter of an hour."""
    overhead_seconds: Annotated[float, Field(gt=0)] = 30
    """What nine of ten requests wait at most before the model gets them, for a quarter of an hour: containers are being started."""
    gb_seconds_per_day: Annotated[float, Field(gt=0)] = 50_000
    """Memory by the time that the model works, in a day; each is billed."""

    def value(self) -> ServerlessThresholds:
        """The thresholds as constructs take them."""
        return ServerlessThresholds(**self.model_dump())


class ServerlessAlarmSettings(SettingsModel):
    """When alarms are raised."""

    requests: FrontAlarmSettings = FrontAlarmSettings(latency_seconds=15)
    """Those about requests."""
    endpoint: ServerlessEndpointAlarmSettings = ServerlessEndpointAlarmSettings()
    """Those about the endpoint."""


class ServerlessInferenceSettings(BlueprintSettings):
    """Settings of a model that answers while the caller waits, without instances."""

    model: ServerlessModelSettings = ServerlessModelSettings()
    """The model; a small sample model where no files are named."""
    model_in_network: bool = False
    """Serverless endpoints join no network: always false. The function in front may still run in one."""
    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = 2048
    """Memory of a container; its share of processors grows with it."""
    max_concurrency: Annotated[int, Field(ge=1, le=200)] = 5
    """Requests served at once at most, of those that the account has."""
    provisioned: ProvisionedSettings | None = None
    """Containers that are kept warm; left out, requests wait for one after a pause."""
    callers: CallerSettings = CallerSettings()
    """Who may ask, from where, and how much."""
    requests: RequestSettings = RequestSettings()
    """What is passed on to the model."""
    alarms: ServerlessAlarmSettings = ServerlessAlarmSettings()
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

    @model_validator(mode="after")
    def _can_be_served(self) -> "ServerlessInferenceSettings":
        check_model(self.model, None, SAMPLES)
        if self.model_in_network:
            raise ValueError("model_in_network must be false, as serverless endpoints join no network, got true")
        if self.provisioned is not None:
            self.provisioned.value().check_within(self.max_concurrency)
        if self.requests.max_bytes > LARGEST_BYTES:
            raise ValueError(f"requests.max_bytes must be at most {LARGEST_BYTES} for a serverless endpoint, got {self.requests.max_bytes}")
        return self
