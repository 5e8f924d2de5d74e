"""Capacity of SageMaker's that follows its load."""

from collections.abc import Mapping
from typing import Any, cast

from aws_cdk import CfnResource, Duration
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cw
from constructs import Construct

from ml_constructs.sagemaker.inference.endpoints.limits import seconds

VARIANT_INSTANCES = "sagemaker:variant:DesiredInstanceCount"
PROVISIONED_CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"
COMPONENT_COPIES = "sagemaker:inference-component:DesiredCopyCount"
TRACKING = appscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty


class ScalableCapacity(Construct):
    """Registers capacity with Application Auto Scaling; policies say when it changes.

    Made after the endpoint and deleted before it: a policy can't be put on what isn't there, and an endpoint that is gone leaves its target
    behind. Application Auto Scaling acts by its service-linked role, so no role is given.

    Args:
        resource_id: Such as ``endpoint/NAME/variant/AllTraffic``.
        dimension: What is scaled, such as ``VARIANT_INSTANCES``.
        minimum: Capacity at least.
        maximum: Capacity at most.
        serves: What has the capacity.

    See https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-sagemaker.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, resource_id: str, dimension: str, minimum: int, maximum: int, serves: CfnResource
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource_id, self.minimum, self.maximum = resource_id, minimum, maximum
        self.target = appscaling.CfnScalableTarget(
            self,
            "Target",
            min_capacity=minimum,
            max_capacity=maximum,
            resource_id=resource_id,
            scalable_dimension=dimension,
            service_namespace="sagemaker",
        )
        self.target.node.add_dependency(serves)

    def track(
        self, construct_id: str, *, predefined: str, target: float, scale_in_cooldown: Duration, scale_out_cooldown: Duration
    ) -> appscaling.CfnScalingPolicy:
        """Keeps a metric that Application Auto Scaling knows for the dimension near a value.

        Args:
            construct_id: Of the policy, and its name.
            predefined: The metric by its name there, such as ``SageMakerVariantInvocationsPerInstance``.
            target: Value to keep to.
            scale_in_cooldown: After which less capacity is considered.
            scale_out_cooldown: After which more is.

        See https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
        """
        metric = appscaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(predefined_metric_type=predefined)
        tracking = TRACKING(
            target_value=target,
            predefined_metric_specification=metric,
            scale_in_cooldown=seconds(scale_in_cooldown),
            scale_out_cooldown=seconds(scale_out_cooldown),
        )
        return self._policy(construct_id, "TargetTrackingScaling", target_tracking_scaling_policy_configuration=tracking)

    def track_metric(
        self,
        construct_id: str,
        *,
        name: str,
        dimensions: Mapping[str, str],
        target: float,
        scale_in_cooldown: Duration,
        scale_out_cooldown: Duration,
    ) -> appscaling.CfnScalingPolicy:
        """Keeps the mean of another metric of ``AWS/SageMaker`` near a value.

        Args:
            construct_id: Of the policy, and its name.
            name: Of the metric.
            dimensions: Of the metric.
            target: Value to keep to.
            scale_in_cooldown: After which less capacity is considered.
            scale_out_cooldown: After which more is.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html
        """
        policy = appscaling.CfnScalingPolicy
        metric = policy.CustomizedMetricSpecificationProperty(
            namespace="AWS/SageMaker",
            metric_name=name,
            dimensions=[policy.MetricDimensionProperty(name=key, value=value) for key, value in dimensions.items()],
            statistic="Average",
        )
        tracking = TRACKING(
            target_value=target,
            customized_metric_specification=metric,
            scale_in_cooldown=seconds(scale_in_cooldown),
            scale_out_cooldown=seconds(scale_out_cooldown),
        )
        return self._policy(construct_id, "TargetTrackingScaling", target_tracking_scaling_policy_configuration=tracking)

    def step_out(self, construct_id: str, *, metric: cw.Metric, cooldown: Duration, advice: str, periods: int = 1) -> cw.Alarm:
        """Adds one unit of capacity when a metric reaches 1: the way out of zero, where target tracking has nothing to divide by.

        Args:
            construct_id: Of the policy, and its name.
            metric: What can't be served; its period is the length of one evaluation period.
            cooldown: After which another unit is added, long enough for the first to serve.
            advice: What the alarm means.
            periods: Evaluation periods in a row that have to breach.

        See https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-step-scaling-policies.html
        """
        policy = appscaling.CfnScalingPolicy
        steps = policy.StepScalingPolicyConfigurationProperty(
            adjustment_type="ChangeInCapacity",
            cooldown=seconds(cooldown),
            metric_aggregation_type="Maximum",
            step_adjustments=[policy.StepAdjustmentProperty(metric_interval_lower_bound=0, scaling_adjustment=1)],
        )
        stepping = self._policy(construct_id, "StepScaling", step_scaling_policy_configuration=steps)
        alarm = cw.Alarm(
            self,
            f"{construct_id}Alarm",
            metric=metric,
            threshold=1,
            evaluation_periods=periods,
            alarm_description=advice,
            comparison_operator=cw.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cw.TreatMissingData.NOT_BREACHING,
        )
        # Through the L1: the L2 has actions for policies of its own only.
        cast("cw.CfnAlarm", alarm.node.default_child).alarm_actions = [stepping.ref]
        return alarm

    def _policy(self, construct_id: str, kind: str, **configuration: Any) -> appscaling.CfnScalingPolicy:
        """A policy, whose name has to be unique on its target only."""
        return appscaling.CfnScalingPolicy(
            self, construct_id, policy_name=construct_id, policy_type=kind, scaling_target_id=self.target.ref, **configuration
        )
