"""Scalable targets and policies are kept and checked."""

from typing import Any

import pytest

from blueprints.local.scaling import Scaling
from tests.blueprints.local.in_process import InProcess

TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/e/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
LIMITS = {"MinCapacity": 0, "MaxCapacity": 4}


@pytest.fixture
def scaling() -> Any:
    return InProcess(Scaling({"sagemaker": lambda resource, _dimension: "/e/" in resource}))("application-autoscaling")


def test_a_target_comes_back_and_is_changed_in_parts(scaling: Any) -> None:
    arn = scaling.register_scalable_target(**TARGET, **LIMITS)["ScalableTargetARN"]
    assert scaling.register_scalable_target(**TARGET, MaxCapacity=9)["ScalableTargetARN"] == arn
    [told] = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[TARGET["ResourceId"]])["ScalableTargets"]
    assert (told["MinCapacity"], told["MaxCapacity"]) == (0, 9)
    assert "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint" in told["RoleARN"]
    assert scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"MinCapacity": 5}, "Maximum capacity cannot be less than minimum capacity"),
        ({"ResourceId": "endpoint/gone/variant/AllTraffic"}, "endpoint/gone/variant/AllTraffic does not exist"),
        ({"ScalableDimension": "sagemaker:variant:Other"}, "failed to satisfy constraint"),
    ],
)
def test_targets_that_can_not_be_are_refused(scaling: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(scaling.exceptions.ValidationException, match=message):
        scaling.register_scalable_target(**{**TARGET, **LIMITS, **changes})


def test_a_new_target_has_limits(scaling: Any) -> None:
    with pytest.raises(scaling.exceptions.ValidationException, match="MinCapacity and MaxCapacity must be given"):
        scaling.register_scalable_target(**TARGET, MinCapacity=1)


def test_other_services_scale_what_they_like(scaling: Any) -> None:
    table = {"ServiceNamespace": "dynamodb", "ResourceId": "table/t", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    assert scaling.register_scalable_target(**table, **LIMITS)["ScalableTargetARN"]


def test_policies_belong_to_targets_and_go_with_them(scaling: Any) -> None:
    with pytest.raises(scaling.exceptions.ObjectNotFoundException, match="No scalable target found for service namespace: sagemaker"):
        scaling.put_scaling_policy(**TARGET, PolicyName="p")
    scaling.register_scalable_target(**TARGET, **LIMITS)
    tracking = {"TargetValue": 1.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}
    put = {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking}
    arn = scaling.put_scaling_policy(**TARGET, PolicyName="p", **put)["PolicyARN"]
    assert scaling.put_scaling_policy(**TARGET, PolicyName="p")["PolicyARN"] == arn
    [told] = scaling.describe_scaling_policies(ServiceNamespace="sagemaker", PolicyNames=["p"])["ScalingPolicies"]
    assert told["TargetTrackingScalingPolicyConfiguration"] == tracking
    scaling.deregister_scalable_target(**TARGET)
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        scaling.deregister_scalable_target(**TARGET)


def test_policies_are_deleted_by_name(scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, **LIMITS)
    scaling.put_scaling_policy(**TARGET, PolicyName="p")
    scaling.delete_scaling_policy(**TARGET, PolicyName="p")
    with pytest.raises(scaling.exceptions.ObjectNotFoundException, match="No scaling policy found"):
        scaling.delete_scaling_policy(**TARGET, PolicyName="p")


def test_variants_that_are_targets_are_known() -> None:
    scaling = Scaling({})
    InProcess(scaling)("application-autoscaling").register_scalable_target(**TARGET, **LIMITS)
    assert scaling.is_scaled("e", "AllTraffic")
    assert not scaling.is_scaled("e", "Other")
