import json
from typing import Any

import pytest

from ml_constructs.sagemaker.inference.transform.transform_schedule import DailyPrefix
from tests.constructs.sagemaker.inference.transform.transform_scene import busy


def test_each_prefix_comes_at_its_time_of_day() -> None:
    found = {each["ScheduleExpression"]: each["ScheduleExpressionTimezone"] for each in busy().of_type("AWS::Scheduler::Schedule")}
    assert found == {"cron(30 4 * * ? *)": "Europe/Berlin", "cron(0 0 * * ? *)": "UTC"}


def test_the_message_tells_the_prefix_and_the_time_that_it_was_due() -> None:
    first = busy().of_type("AWS::Scheduler::Schedule")[0]["Target"]
    event = json.loads(first["Input"])
    assert event["detail"] == {"prefix": "data/{date}/", "time": "<aws.scheduler.scheduled-time>"}
    assert first["Arn"] == busy().stack.resolve(busy().intake.queue.queue_arn)


def test_what_cannot_be_put_there_is_kept() -> None:
    for schedule in busy().of_type("AWS::Scheduler::Schedule"):
        assert schedule["Target"]["DeadLetterConfig"]["Arn"] == busy().stack.resolve(busy().intake.undelivered.queue_arn)


def test_schedules_wait_for_their_role() -> None:
    schedules = [each for each in busy().resources.values() if each["Type"] == "AWS::Scheduler::Schedule"]
    assert all(any("ScheduleRole" in name for name in each["DependsOn"]) for each in schedules)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prefix": "data", "hour": 4}, "prefix must be names of safe characters"),
        ({"prefix": "data/", "hour": 24}, "hour must be from 0 to 23, got 24"),
        ({"prefix": "data/", "hour": 4, "minute": 60}, "minute must be from 0 to 59, got 60"),
    ],
)
def test_what_is_no_time_or_no_prefix_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DailyPrefix(**arguments)
