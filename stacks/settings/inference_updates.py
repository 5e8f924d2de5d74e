"""How something new takes over: a part of the settings of the blueprints around SageMaker endpoints."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from aws_cdk import Duration
from pydantic import Field, model_validator

from ml_constructs.sagemaker.inference.capacity.scaling import check_scalable
from ml_constructs.sagemaker.inference.deployments.deployment import AllAtOnce, Deployment
from ml_constructs.sagemaker.inference.deployments.deployment_checks import check_deployment
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Canary, Linear, Rolling
from stacks.settings.inference import HostingSettings, ScalingSettings
from stacks.settings.models import SettingsModel


class DeploymentSettings(SettingsModel):
    """How a new model or new instances take over."""

    strategy: Literal["all-at-once", "canary", "linear", "rolling"] = "all-at-once"
    """All traffic moves to a new fleet at once, a small part first, or in equal steps; or instances are replaced in batches."""
    percent: Annotated[int, Field(ge=1, le=50)] | None = None
    """Of the capacity: the canary (left out, 10), the step (10 at least; left out, 25) or the batch (5 at least; left out, 50)."""
    wait_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """How long alarms are watched after each step but the last; after each batch with rolling."""
    termination_wait_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """How long the old fleet stands by after the last step, and alarms are watched; not with rolling."""
    max_duration_minutes: Annotated[int, Field(ge=10, le=480)] = 60
    """After which an update is given up."""
    rollback: bool = True
    """Whether an update ends, and the old configuration comes back, when the alarms on errors or latency are raised meanwhile."""

    def value(self) -> Deployment:
        """The deployment as constructs take it."""
        limit, wait = Duration.minutes(self.max_duration_minutes), Duration.seconds(self.wait_seconds)
        standby = Duration.seconds(self.termination_wait_seconds)
        share = {} if self.percent is None else {"percent": self.percent}
        batch = {} if self.percent is None else {"batch_percent": self.percent}
        make: Mapping[str, Callable[[], Deployment]] = {
            "all-at-once": lambda: AllAtOnce(termination_wait=standby, max_duration=limit),
            "canary": lambda: Canary(wait=wait, termination_wait=standby, max_duration=limit, **share),
            "linear": lambda: Linear(wait=wait, termination_wait=standby, max_duration=limit, **share),
            "rolling": lambda: Rolling(wait=wait, max_duration=limit, **batch),
        }
        return make[self.strategy]()

    @model_validator(mode="after")
    def _can_be_made(self) -> "DeploymentSettings":
        if self.strategy == "all-at-once" and self.percent is not None:
            raise ValueError(f"percent must be left out with strategy all-at-once, got {self.percent}")
        self.value()
        return self


def check_update(hosting: HostingSettings, scaling: ScalingSettings, deployment: DeploymentSettings) -> None:
    """Refuses scaling or a deployment that these instances can't have; for a validator of the settings that hold all three.

    Raises:
        ValueError: It names what is allowed.
    """
    types = hosting.value().instance_types
    if scaling.value().scaled:
        check_scalable(types, setting="hosting.instance_type")
    check_deployment(deployment.value(), instance_types=types, instances=scaling.min_instances, shadow=False)
