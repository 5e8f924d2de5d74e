"""How the copies of a model are replaced by those of another one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_sagemaker as sagemaker

from ml_constructs.foundation.checks import check_range
from ml_constructs.sagemaker.inference.endpoints.limits import check_seconds, seconds

MOST_ALARMS = 10
Component = sagemaker.CfnInferenceComponent


@dataclass(frozen=True, kw_only=True)
class RollingUpdate:
    """Replaces copies batch by batch, and puts the old ones back when an alarm is raised meanwhile.

    Args:
        batch_percent: Of the copies at a time, 5 to 50.
        wait: How long alarms are watched after a batch, up to an hour.
        timeout: How long the whole may take, 10 minutes to 8 hours.

    Raises:
        ValueError: A value out of its range.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentRollingUpdatePolicy.html
    """

    batch_percent: int = 50
    wait: Duration = field(default_factory=lambda: Duration.minutes(5))
    timeout: Duration = field(default_factory=lambda: Duration.hours(2))

    def __post_init__(self) -> None:
        check_range("batch_percent", self.batch_percent, 5, 50)
        check_seconds("wait", self.wait, 0, 3600)
        check_seconds("timeout", self.timeout, 600, 28_800)

    def render(self, alarms: Sequence[cw.IAlarm] = ()) -> Component.InferenceComponentDeploymentConfigProperty:
        """The property of an inference component.

        Args:
            alarms: Put the old copies back when one is raised, up to 10.

        Raises:
            ValueError: Too many alarms.
        """
        if len(alarms) > MOST_ALARMS:
            raise ValueError(f"alarms must be at most {MOST_ALARMS}, got {len(alarms)}")
        batch = Component.InferenceComponentCapacitySizeProperty(type="CAPACITY_PERCENT", value=self.batch_percent)
        names = [Component.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in alarms]
        return Component.InferenceComponentDeploymentConfigProperty(
            auto_rollback_configuration=Component.AutoRollbackConfigurationProperty(alarms=names) if names else None,
            rolling_update_policy=Component.InferenceComponentRollingUpdatePolicyProperty(
                maximum_batch_size=batch,
                maximum_execution_timeout_in_seconds=seconds(self.timeout),
                wait_interval_in_seconds=seconds(self.wait),
            ),
        )
