from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.sagemaker.inference.components.component_update import RollingUpdate


def test_half_of_the_copies_are_replaced_at_a_time() -> None:
    found: Any = RollingUpdate().render()
    policy = found.rolling_update_policy
    assert (policy.maximum_batch_size.type, policy.maximum_batch_size.value) == ("CAPACITY_PERCENT", 50)
    assert (policy.wait_interval_in_seconds, policy.maximum_execution_timeout_in_seconds) == (300, 7200)
    assert found.auto_rollback_configuration is None


def test_alarms_are_named() -> None:
    alarms = [cw.Alarm.from_alarm_name(cdk.Stack(), f"Alarm{number}", f"alarm-{number}") for number in range(2)]
    found: Any = RollingUpdate().render(alarms)
    assert [alarm.alarm_name for alarm in found.auto_rollback_configuration.alarms] == ["alarm-0", "alarm-1"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"batch_percent": 4}, "batch_percent must be from 5 to 50, got 4"),
        ({"batch_percent": 51}, "batch_percent must be from 5 to 50, got 51"),
        ({"wait": Duration.days(1)}, "wait in seconds must be from 0 to 3600"),
        ({"timeout": Duration.minutes(1)}, "timeout in seconds must be from 600 to 28800"),
    ],
)
def test_refuses_what_sagemaker_does_not_take(arguments: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        RollingUpdate(**arguments)


def test_refuses_more_alarms_than_sagemaker_watches() -> None:
    alarm = cw.Alarm.from_alarm_name(cdk.Stack(), "Alarm", "alarm")
    with pytest.raises(ValueError, match="alarms must be at most 10, got 11"):
        RollingUpdate().render([alarm] * 11)
