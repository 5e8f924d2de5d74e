from typing import Any

import pytest

from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def target(seen: Scene, endpoint: Endpoint) -> Any:
    (found,) = seen.below(endpoint, "AWS::ApplicationAutoScaling::ScalableTarget")
    return found["Properties"]


def tracking(seen: Scene, endpoint: Endpoint) -> Any:
    (found,) = seen.below(endpoint, "AWS::ApplicationAutoScaling::ScalingPolicy")
    return found["Properties"]["TargetTrackingScalingPolicyConfiguration"]


def test_instances_of_the_variant_are_scaled_between_their_bounds(seen: Scene) -> None:
    found = target(seen, seen.plain)
    assert (found["MinCapacity"], found["MaxCapacity"]) == (2, 4)
    assert (found["ServiceNamespace"], found["ScalableDimension"]) == ("sagemaker", "sagemaker:variant:DesiredInstanceCount")
    name = seen.properties(seen.plain.endpoint)["EndpointName"]["Fn::Join"][1]
    assert found["ResourceId"]["Fn::Join"][1] == [f"endpoint/{name[0]}", *name[1:], "/variant/AllTraffic"]


def test_instances_follow_requests_a_minute(seen: Scene) -> None:
    assert tracking(seen, seen.plain) == {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        "ScaleInCooldown": 300,
        "ScaleOutCooldown": 60,
        "TargetValue": 600,
    }


def test_instances_follow_requests_at_once_where_that_is_asked_for(seen: Scene) -> None:
    metric = tracking(seen, seen.full)["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert metric == "SageMakerVariantConcurrentRequestsPerModelHighResolution"


def test_no_real_time_endpoint_is_scaled_by_a_queue_that_it_does_not_have(seen: Scene) -> None:
    policies = [each for each in seen.resources.values() if each["Type"] == "AWS::ApplicationAutoScaling::ScalingPolicy"]
    assert policies
    assert "Backlog" not in str(policies)


def test_warm_containers_follow_their_utilization(seen: Scene) -> None:
    found = target(seen, seen.warm)
    assert (found["MinCapacity"], found["MaxCapacity"]) == (2, 10)
    assert found["ScalableDimension"] == "sagemaker:variant:DesiredProvisionedConcurrency"
    assert tracking(seen, seen.warm) == {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantProvisionedConcurrencyUtilization"},
        "ScaleInCooldown": 300,
        "ScaleOutCooldown": 60,
        "TargetValue": 0.7,
    }


@pytest.mark.parametrize("name", ["single", "serverless"])
def test_numbers_that_stay_as_they_are_have_no_target(seen: Scene, name: str) -> None:
    assert seen.below(getattr(seen, name), "AWS::ApplicationAutoScaling::ScalableTarget") == []
