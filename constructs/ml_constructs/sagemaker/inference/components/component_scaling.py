"""How the copies of a model follow its requests, from zero and back."""

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.sagemaker.inference.capacity.endpoint_scaling import COMPONENT_COPIES, ScalableCapacity
from ml_constructs.sagemaker.inference.components.component_metrics import component_metric
from ml_constructs.sagemaker.inference.components.component_options import CopyScaling

MINUTE = Duration.minutes(1)
LEAVE_ZERO, NO_CAPACITY = "LeaveZero", "NoCapacityInvocationFailures"
WAKING = (
    "Somebody asked a model that had no running copy, and one is being started. This is how it should be with copies from 0; only when it "
    "lasts, another alarm notifies operators."
)


class CopyCapacity(ScalableCapacity):
    """Scales the copies of one inference component.

    Target tracking can't leave zero, where no copy tells a metric: an alarm on requests that found no copy adds one. It adds the next one
    only when the first has had time to start, so that those who ask again meanwhile don't start them all.

    Args:
        component: Its resource; the target is made after it and deleted before it.
        name: What SageMaker calls it.
        scaling: How many copies there are.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, component: sagemaker.CfnInferenceComponent, name: str, scaling: CopyScaling
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            resource_id=f"inference-component/{name}",
            dimension=COMPONENT_COPIES,
            minimum=scaling.minimum,
            maximum=scaling.maximum,
            serves=component,
        )
        self.policy = self.track(
            "Load",
            predefined=scaling.predefined_metric,
            target=scaling.target,
            scale_in_cooldown=scaling.scale_in_cooldown,
            scale_out_cooldown=scaling.scale_out_cooldown,
        )
        self.waking: appscaling.CfnScalingPolicy | None = None
        if scaling.minimum == 0:
            metric = component_metric(name, NO_CAPACITY, period=MINUTE, statistic="Sum")
            self.step_out(LEAVE_ZERO, metric=metric, cooldown=scaling.start_time, advice=WAKING)
            self.waking = cast("appscaling.CfnScalingPolicy", self.node.find_child(LEAVE_ZERO))

    def wake_for(self, scope: Construct, construct_id: str, *, adapter: str) -> cw.Alarm | None:
        """Starts a copy for requests to an adapter, which SageMaker counts under the adapter's name.

        Args:
            scope: Where the alarm is defined.
            construct_id: Its id there.
            adapter: What SageMaker calls the adapter's component.
        """
        if self.waking is None:
            return None
        alarm = cw.Alarm(
            scope,
            construct_id,
            metric=component_metric(adapter, NO_CAPACITY, period=MINUTE, statistic="Sum"),
            threshold=1,
            evaluation_periods=1,
            alarm_description=WAKING,
            comparison_operator=cw.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cw.TreatMissingData.NOT_BREACHING,
        )
        # Through the L1: the L2 has actions for policies of its own only.
        cast("cw.CfnAlarm", alarm.node.default_child).alarm_actions = [self.waking.ref]
        return alarm
