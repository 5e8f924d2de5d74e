from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.assertions import Template

from ml_constructs.sagemaker.inference.capacity.endpoint_scaling import VARIANT_INSTANCES, ScalableCapacity
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene

WAITING = cw.Metric(namespace="AWS/SageMaker", metric_name="HasBacklogWithoutCapacity", period=Duration.minutes(1), statistic="Average")


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


@pytest.fixture(scope="module")
def queue() -> Template:
    """Capacity that comes from zero and follows a queue."""
    stack = cdk.Stack(cdk.App(), "Stack")
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="config")
    capacity = ScalableCapacity(
        stack, "Capacity", resource_id="endpoint/e/variant/v", dimension=VARIANT_INSTANCES, minimum=0, maximum=3, serves=endpoint
    )
    capacity.track_metric(
        "Backlog",
        name="ApproximateBacklogSizePerInstance",
        dimensions={"EndpointName": "e"},
        target=5,
        scale_in_cooldown=Duration.minutes(10),
        scale_out_cooldown=Duration.minutes(2),
    )
    capacity.step_out("Wake", metric=WAITING, cooldown=Duration.minutes(5), advice="Requests wait for an instance.", periods=2)
    return Template.from_stack(stack)


def only(template: Template, kind: str, **properties: Any) -> Any:
    (found,) = template.find_resources(kind, {"Properties": properties}).values()
    return found["Properties"]


def test_the_target_is_made_after_the_endpoint_and_deleted_before_it(seen: Scene) -> None:
    (target,) = seen.below(seen.plain, "AWS::ApplicationAutoScaling::ScalableTarget")
    assert target["DependsOn"] == [seen.id_of(seen.plain.endpoint)]


def test_policies_are_made_after_the_target_and_deleted_before_it(seen: Scene) -> None:
    for endpoint in (seen.plain, seen.full, seen.warm):
        assert endpoint.capacity is not None
        (policy,) = seen.below(endpoint, "AWS::ApplicationAutoScaling::ScalingPolicy")
        assert policy["Properties"]["ScalingTargetId"] == {"Ref": seen.id_of(endpoint.capacity.target)}


def test_the_service_linked_role_scales(seen: Scene) -> None:
    targets = [each for each in seen.resources.values() if each["Type"] == "AWS::ApplicationAutoScaling::ScalableTarget"]
    assert targets
    assert not any("RoleARN" in target["Properties"] for target in targets)


def test_another_metric_is_kept_near_a_value(queue: Template) -> None:
    tracking = only(queue, "AWS::ApplicationAutoScaling::ScalingPolicy", PolicyType="TargetTrackingScaling")
    assert tracking["TargetTrackingScalingPolicyConfiguration"] == {
        "CustomizedMetricSpecification": {
            "Dimensions": [{"Name": "EndpointName", "Value": "e"}],
            "MetricName": "ApproximateBacklogSizePerInstance",
            "Namespace": "AWS/SageMaker",
            "Statistic": "Average",
        },
        "ScaleInCooldown": 600,
        "ScaleOutCooldown": 120,
        "TargetValue": 5,
    }


def test_an_alarm_leads_out_of_zero(queue: Template) -> None:
    ((policy, stepping),) = queue.find_resources(
        "AWS::ApplicationAutoScaling::ScalingPolicy", {"Properties": {"PolicyType": "StepScaling"}}
    ).items()
    assert stepping["Properties"]["StepScalingPolicyConfiguration"] == {
        "AdjustmentType": "ChangeInCapacity",
        "Cooldown": 300,
        "MetricAggregationType": "Maximum",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }
    alarm = only(queue, "AWS::CloudWatch::Alarm")
    assert alarm["AlarmActions"] == [{"Ref": policy}]
    assert (alarm["MetricName"], alarm["Threshold"], alarm["EvaluationPeriods"], alarm["Period"]) == ("HasBacklogWithoutCapacity", 1, 2, 60)
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("GreaterThanOrEqualToThreshold", "notBreaching")
