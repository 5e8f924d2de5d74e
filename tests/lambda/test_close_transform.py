import json
from collections.abc import Iterator
from typing import Any

import pytest

from close_transform.handler import handler
from documents.errors import MalformedEvent
from report_transform.handler import handler as report
from tests.transform_fakes import RESULTS, Jobs, a_plan, some_jobs

PLAN = a_plan()
NAME = f"{PLAN['id']}-1"
JOBS = ["jobs-0123456789abcdef-1-1", "jobs-0123456789abcdef-1-2"]


@pytest.fixture
def jobs(cloud: Any) -> Iterator[Jobs]:
    with some_jobs() as found:
        yield found


def ended(status: str = "TIMED_OUT", **changes: Any) -> dict[str, Any]:
    detail = {"executionArn": "arn", "stateMachineArn": "arn", "name": NAME, "status": status, "input": json.dumps(PLAN), **changes}
    return {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}


@pytest.mark.parametrize("status", ["TIMED_OUT", "ABORTED", "FAILED"])
def test_jobs_are_stopped_the_slot_is_freed_and_the_failure_recorded(cloud: Any, context: Any, jobs: Jobs, status: str) -> None:
    cloud.dynamodb.put_item(TableName="runs", Item={"pk": {"S": "slots"}, "holders": {"SS": [NAME, "other-1"]}})
    jobs.add(JOBS[0], "Failed", "InternalServerError: x")
    jobs.run(JOBS[1], seconds=5)
    assert handler(ended(status), context) == {"recorded": True, "stopped": True}
    assert jobs.calls == [f"StopTransformJob {name}" for name in JOBS]
    assert jobs.jobs[JOBS[1]]["TransformJobStatus"] == "Stopping"
    item = cloud.dynamodb.get_item(TableName="runs", Key={"pk": {"S": "slots"}})["Item"]
    assert item["holders"] == {"SS": ["other-1"]}
    row = cloud.item("transforms", PLAN["id"])
    assert (row["status"], row["reason"]["code"]) == ("FAILED", status)
    (message,) = cloud.messages(cloud.failed)
    assert message["attempt"] == 2
    assert jobs.notices[0][0] == "error"


def test_a_repeated_event_has_one_effect(cloud: Any, context: Any, jobs: Jobs) -> None:
    handler(ended(), context)
    assert handler(ended(), context) == {"recorded": False, "stopped": False}
    assert len(cloud.messages(cloud.failed)) == len(jobs.notices) == 1


def test_what_the_execution_recorded_itself_is_kept(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOBS[0], "Failed", "ClientError: x")
    report({"plan": PLAN, "try": 1, "failure": {}}, context)
    assert handler(ended("FAILED"), context) == {"recorded": False, "stopped": False}
    assert cloud.item("transforms", PLAN["id"])["reason"]["code"] == "ClientError"
    assert len(cloud.messages(cloud.failed)) == 1


def test_a_result_that_came_before_the_end_is_kept(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOBS[0])
    for name in ("a.out", "b.out"):
        cloud.s3.put_object(Bucket=RESULTS, Key=f"answers/plan-1/{name}", Body=b"1")
    report({"plan": PLAN, "try": 1, "failure": {}}, context)
    assert handler(ended("ABORTED"), context)["recorded"] is False
    assert cloud.item("transforms", PLAN["id"])["status"] == "SUCCEEDED"


def test_step_functions_is_asked_for_an_input_that_the_event_leaves_out(cloud: Any, context: Any, jobs: Jobs) -> None:
    machine = cloud.state_machine()
    started = cloud.stepfunctions.start_execution(stateMachineArn=machine, name=NAME, input=json.dumps(PLAN))
    assert handler(ended(input=None, executionArn=started["executionArn"]), context)["recorded"] is True


@pytest.mark.parametrize(
    "event", [ended("SUCCEEDED"), ended("RUNNING"), ended(input="no json"), ended(input="{}"), ended(input="[]"), {"detail": {}}]
)
def test_what_is_no_bad_end_of_a_transform_is_refused(cloud: Any, context: Any, jobs: Jobs, event: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent):
        handler(event, context)
    assert jobs.calls == []
