"""How an endpoint passes from one configuration to the next, and when it goes back."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds

MOST_ALARMS = 10
LONGEST_WAIT = 3600
EXECUTION_LIMITS = (600, 28_800)
Config = sagemaker.CfnEndpoint.DeploymentConfigProperty


@dataclass(frozen=True, kw_only=True)
class Deployment(ABC):
    """How traffic moves from the old fleet to the new one.

    Args:
        max_duration: After which an update is given up, 10 minutes to 8 hours; longer than all waiting.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
    """

    gradual: ClassVar[bool] = True
    """Whether both configurations serve for a while, which not every endpoint can do."""
    max_duration: Duration = field(default_factory=lambda: Duration.hours(1))

    def __post_init__(self) -> None:
        check_seconds("max_duration", self.max_duration, *EXECUTION_LIMITS)
        if seconds(self.max_duration) <= self.waiting:
            raise ValueError(f"max_duration must be longer than all waiting, {self.waiting} seconds, got {seconds(self.max_duration)}")

    @property
    @abstractmethod
    def waiting(self) -> int:
        """Seconds that an update waits at least."""

    @abstractmethod
    def _policy(self) -> dict[str, object]:
        """The update policy, as an argument of CloudFormation's."""

    def render(self, alarms: Sequence[cw.IAlarm] = ()) -> Config:
        """The deployment as CloudFormation takes it.

        Args:
            alarms: Take the endpoint back to the old configuration when one is raised, up to 10; they should be on the endpoint itself.

        Raises:
            ValueError: Too many alarms.
        """
        if len(alarms) > MOST_ALARMS:
            raise ValueError(f"alarms must be at most {MOST_ALARMS}, got {len(alarms)}")
        endpoint = sagemaker.CfnEndpoint
        named = [endpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in alarms]
        rollback = endpoint.AutoRollbackConfigProperty(alarms=named) if named else None
        return Config(auto_rollback_configuration=rollback, **self._policy())  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class BlueGreen(Deployment):
    """A whole new fleet takes over from the old one, which stands by for a while.

    Args:
        termination_wait: For which the old fleet stands by after all traffic has moved, up to an hour.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
    """

    termination_wait: Duration = field(default_factory=lambda: Duration.minutes(5))

    def __post_init__(self) -> None:
        check_seconds("termination_wait", self.termination_wait, 0, LONGEST_WAIT)
        super().__post_init__()

    @property
    @abstractmethod
    def routing(self) -> sagemaker.CfnEndpoint.TrafficRoutingConfigProperty:
        """In which steps traffic moves."""

    def _policy(self) -> dict[str, object]:
        policy = sagemaker.CfnEndpoint.BlueGreenUpdatePolicyProperty(
            traffic_routing_configuration=self.routing,
            termination_wait_in_seconds=seconds(self.termination_wait),
            maximum_execution_timeout_in_seconds=seconds(self.max_duration),
        )
        return {"blue_green_update_policy": policy}


@dataclass(frozen=True, kw_only=True)
class AllAtOnce(BlueGreen):
    """All traffic moves in one step.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-all-at-once.html
    """

    gradual: ClassVar[bool] = False

    @property
    def waiting(self) -> int:
        """The time for which the old fleet stands by."""
        return seconds(self.termination_wait)

    @property
    def routing(self) -> sagemaker.CfnEndpoint.TrafficRoutingConfigProperty:
        """One step."""
        return sagemaker.CfnEndpoint.TrafficRoutingConfigProperty(type="ALL_AT_ONCE", wait_interval_in_seconds=0)


def share(percent: int) -> sagemaker.CfnEndpoint.CapacitySizeProperty:
    """A percentage of the capacity, as CloudFormation takes it."""
    return sagemaker.CfnEndpoint.CapacitySizeProperty(type="CAPACITY_PERCENT", value=percent)
