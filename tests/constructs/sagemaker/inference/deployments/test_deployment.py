from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.sagemaker.inference.deployments.deployment import AllAtOnce, Deployment


def shifting(deployment: Deployment) -> Any:
    """How traffic moves."""
    policy: Any = deployment.render().blue_green_update_policy
    return policy.traffic_routing_configuration


def alarms(count: int) -> list[cw.IAlarm]:
    stack = cdk.Stack()
    return [cw.Alarm.from_alarm_arn(stack, f"Alarm{n}", f"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a{n}") for n in range(count)]


def test_all_traffic_moves_at_once_and_the_old_fleet_stands_by() -> None:
    policy: Any = AllAtOnce().render().blue_green_update_policy
    assert (shifting(AllAtOnce()).type, policy.termination_wait_in_seconds) == ("ALL_AT_ONCE", 300)
    assert policy.maximum_execution_timeout_in_seconds == 3600


def test_nothing_is_rolled_back_without_alarms() -> None:
    assert AllAtOnce().render().auto_rollback_configuration is None


def test_alarms_take_the_endpoint_back() -> None:
    rollback: Any = AllAtOnce().render(alarms(10)).auto_rollback_configuration
    assert [alarm.alarm_name for alarm in rollback.alarms] == [f"a{n}" for n in range(10)]


def test_more_alarms_than_sagemaker_watches_are_refused() -> None:
    with pytest.raises(ValueError, match="alarms must be at most 10, got 11"):
        AllAtOnce().render(alarms(11))


@pytest.mark.parametrize(
    ("kind", "arguments", "refusal"),
    [
        (AllAtOnce, {"termination_wait": Duration.hours(2)}, "termination_wait in seconds must be from 0 to 3600, got 7200"),
        (AllAtOnce, {"max_duration": Duration.minutes(9)}, "max_duration in seconds must be from 600 to 28800, got 540"),
        (AllAtOnce, {"max_duration": Duration.hours(9)}, "max_duration in seconds must be from 600 to 28800, got 32400"),
    ],
)
def test_updates_that_can_not_be_made_are_refused(kind: type[Deployment], arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        kind(**arguments)
