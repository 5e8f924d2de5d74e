"""Deployments in steps."""

from dataclasses import dataclass, field
from math import ceil

from aws_cdk import Duration
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_range
from ml_constructs.sagemaker.inference.deployments.deployment import LONGEST_WAIT, BlueGreen, Deployment, share
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds


@dataclass(frozen=True, kw_only=True)
class Canary(BlueGreen):
    """A small part of the traffic moves first, the rest when nothing was wrong with it.

    Args:
        percent: Of the capacity that moves first, 1 to 50.
        wait: Until the rest does, up to an hour.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
    """

    percent: int = 10
    wait: Duration = field(default_factory=lambda: Duration.minutes(10))

    def __post_init__(self) -> None:
        check_range("percent", self.percent, 1, 50)
        check_seconds("wait", self.wait, 0, LONGEST_WAIT)
        super().__post_init__()

    @property
    def waiting(self) -> int:
        """The time for the canary, and that for which the old fleet stands by."""
        return seconds(self.wait) + seconds(self.termination_wait)

    @property
    def routing(self) -> sagemaker.CfnEndpoint.TrafficRoutingConfigProperty:
        """Two steps."""
        return sagemaker.CfnEndpoint.TrafficRoutingConfigProperty(
            type="CANARY", wait_interval_in_seconds=seconds(self.wait), canary_size=share(self.percent)
        )


@dataclass(frozen=True, kw_only=True)
class Linear(BlueGreen):
    """Traffic moves to a whole new fleet in equal steps.

    Args:
        percent: Of the capacity that moves at a time, 10 to 50.
        wait: Between two steps, up to an hour.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-linear.html
    """

    percent: int = 25
    wait: Duration = field(default_factory=lambda: Duration.minutes(5))

    def __post_init__(self) -> None:
        check_range("percent", self.percent, 10, 50)
        check_seconds("wait", self.wait, 0, LONGEST_WAIT)
        super().__post_init__()

    @property
    def waiting(self) -> int:
        """The time between all steps, and that for which the old fleet stands by."""
        return (ceil(100 / self.percent) - 1) * seconds(self.wait) + seconds(self.termination_wait)

    @property
    def routing(self) -> sagemaker.CfnEndpoint.TrafficRoutingConfigProperty:
        """As many steps as it takes."""
        return sagemaker.CfnEndpoint.TrafficRoutingConfigProperty(
            type="LINEAR", wait_interval_in_seconds=seconds(self.wait), linear_step_size=share(self.percent)
        )


@dataclass(frozen=True, kw_only=True)
class Rolling(Deployment):
    """Instances are replaced in batches, so that no second fleet has to be had; suits large, scarce instances.

    Args:
        batch_percent: Of the capacity that is replaced at a time, 5 to 50.
        wait: For which alarms are watched after each batch, up to an hour.
        rollback_percent: Of the capacity that goes back at a time, 5 to 100.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-rolling.html
    """

    batch_percent: int = 50
    wait: Duration = field(default_factory=lambda: Duration.minutes(5))
    rollback_percent: int = 100

    def __post_init__(self) -> None:
        check_range("batch_percent", self.batch_percent, 5, 50)
        check_seconds("wait", self.wait, 0, LONGEST_WAIT)
        check_range("rollback_percent", self.rollback_percent, 5, 100)
        super().__post_init__()

    @property
    def waiting(self) -> int:
        """The time after all batches."""
        return ceil(100 / self.batch_percent) * seconds(self.wait)

    def _policy(self) -> dict[str, object]:
        policy = sagemaker.CfnEndpoint.RollingUpdatePolicyProperty(
            maximum_batch_size=share(self.batch_percent),
            rollback_maximum_batch_size=share(self.rollback_percent),
            wait_interval_in_seconds=seconds(self.wait),
            maximum_execution_timeout_in_seconds=seconds(self.max_duration),
        )
        return {"rolling_update_policy": policy}
