from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.deployments.deployment import Deployment
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Canary, Linear, Rolling
from tests.constructs.sagemaker.inference.deployments.test_deployment import shifting


def test_a_tenth_of_the_capacity_goes_first() -> None:
    canary = shifting(Canary())
    assert (canary.type, canary.canary_size.type, canary.canary_size.value) == ("CANARY", "CAPACITY_PERCENT", 10)
    assert canary.wait_interval_in_seconds == 600


def test_traffic_moves_by_the_quarter() -> None:
    linear = shifting(Linear())
    assert (linear.type, linear.linear_step_size.value, linear.wait_interval_in_seconds) == ("LINEAR", 25, 300)


def test_half_the_instances_are_replaced_at_a_time_and_all_go_back_at_once() -> None:
    config = Rolling().render()
    policy: Any = config.rolling_update_policy
    assert config.blue_green_update_policy is None
    assert (policy.maximum_batch_size.value, policy.rollback_maximum_batch_size.value) == (50, 100)
    assert (policy.wait_interval_in_seconds, policy.maximum_execution_timeout_in_seconds) == (300, 3600)


@pytest.mark.parametrize(
    ("deployment", "waits"),
    [
        (Linear(percent=30, wait=Duration.minutes(1), termination_wait=Duration.minutes(2)), 3 * 60 + 120),
        (Rolling(batch_percent=30, wait=Duration.minutes(1)), 4 * 60),
    ],
)
def test_every_step_is_waited_for(deployment: Deployment, waits: int) -> None:
    assert deployment.waiting == waits


@pytest.mark.parametrize(
    ("kind", "arguments", "refusal"),
    [
        (Canary, {"percent": 51}, "percent must be from 1 to 50, got 51"),
        (Canary, {"percent": 0}, "percent must be from 1 to 50, got 0"),
        (Canary, {"wait": Duration.hours(2)}, "wait in seconds must be from 0 to 3600, got 7200"),
        (
            Canary,
            {"wait": Duration.minutes(30), "termination_wait": Duration.minutes(30)},
            "max_duration must be longer than all waiting, 3600 seconds, got 3600",
        ),
        (Linear, {"percent": 9}, "percent must be from 10 to 50, got 9"),
        (Linear, {"percent": 51}, "percent must be from 10 to 50, got 51"),
        (Linear, {"wait": Duration.hours(2)}, "wait in seconds must be from 0 to 3600, got 7200"),
        (Linear, {"percent": 10, "wait": Duration.minutes(10)}, "max_duration must be longer than all waiting, 5700 seconds, got 3600"),
        (Rolling, {"batch_percent": 4}, "batch_percent must be from 5 to 50, got 4"),
        (Rolling, {"batch_percent": 51}, "batch_percent must be from 5 to 50, got 51"),
        (Rolling, {"rollback_percent": 4}, "rollback_percent must be from 5 to 100, got 4"),
        (Rolling, {"wait": Duration.hours(2)}, "wait in seconds must be from 0 to 3600, got 7200"),
        (
            Rolling,
            {"batch_percent": 5, "wait": Duration.minutes(5)},
            "max_duration must be longer than all waiting, 6000 seconds",
        ),
    ],
)
def test_updates_that_can_not_be_made_are_refused(kind: type[Deployment], arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        kind(**arguments)
