from collections.abc import Iterator
from typing import Any

import pytest

from documents.errors import MalformedEvent
from report_transform.handler import handler
from tests.async_fakes import counted
from tests.transform_fakes import RESULTS, Jobs, a_plan, some_jobs
from transforms import rows
from transforms.plans import Plan

PLAN = a_plan()
JOB = "jobs-0123456789abcdef-1-1"
TABLE = "transforms"


@pytest.fixture
def jobs(cloud: Any) -> Iterator[Jobs]:
    with some_jobs() as found:
        yield found


def report(context: Any, number: int = 1, *, plan: dict[str, Any] = PLAN, **failure: str) -> str:
    status: str = handler({"plan": plan, "try": number, "failure": failure}, context)["status"]
    return status


def write_results(cloud: Any, *names: str) -> None:
    for name in names:
        cloud.s3.put_object(Bucket=RESULTS, Key=f"answers/plan-1/{name}", Body=b"0.5\n")


def test_names_of_jobs_have_room_for_every_attempt_and_try() -> None:
    plan = Plan.of(a_plan(attempt=999_999))
    assert plan.job_name("p" * 33, 5) == "p" * 33 + "-0123456789abcdef-999999-5"
    assert len(plan.job_name("p" * 33, 5)) <= 63


def test_a_job_that_completed_is_recorded_counted_and_told(cloud: Any, context: Any, jobs: Jobs, printed: Any) -> None:
    jobs.add(JOB, minutes=30, instances=2)
    write_results(cloud, "a.csv.out", "b.csv.out")
    assert report(context) == "SUCCEEDED"
    row = cloud.item(TABLE, PLAN["id"])
    assert (row["status"], row["outputs"], row["records"], row["job"], row["instance_hours"]) == ("SUCCEEDED", 2, 4, JOB, 1)
    ((topic, notice),) = jobs.notices
    assert (topic, notice["status"], notice["output_uri"], notice["objects"]) == ("success", "SUCCEEDED", PLAN["output_uri"], 2)
    metrics = counted(printed())
    assert (metrics["TransformsSucceeded"], metrics["ObjectsTransformed"], metrics["InstanceHours"]) == (1, 2, 1)
    assert cloud.messages(cloud.failed) == []


def test_a_report_that_comes_again_has_one_effect(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOB)
    write_results(cloud, "a.csv.out", "b.csv.out")
    assert [report(context), report(context)] == ["SUCCEEDED", "SUCCEEDED"]
    assert len(jobs.notices) == 1


def test_an_end_that_was_recorded_and_not_told_is_told(cloud: Any, context: Any, jobs: Jobs) -> None:
    rows.end(TABLE, PLAN, {"status": "FAILED", "reason": {"code": "X", "message": "m"}}, retention_days=0)
    jobs.add(JOB, "Failed", "ClientError: other")
    assert report(context) == "FAILED"
    ((topic, notice),) = jobs.notices
    assert (topic, notice["reason"]["code"]) == ("error", "X")
    assert len(cloud.messages(cloud.failed)) == 1


def test_a_job_that_failed_ends_with_its_reason_and_what_there_is(cloud: Any, context: Any, jobs: Jobs, printed: Any) -> None:
    jobs.add(JOB, "Failed", "ClientError: See job logs for more information")
    write_results(cloud, "a.csv.out")
    assert report(context) == "FAILED"
    row = cloud.item(TABLE, PLAN["id"])
    assert row["reason"] == {"code": "ClientError", "message": "See job logs for more information"}
    assert (row["outputs"], row["instance_hours"]) == (1, 1)
    (message,) = cloud.messages(cloud.failed)
    assert (message["attempt"], message["rejection"]["code"], message["source"]) == (2, "ClientError", "aws.s3")
    assert jobs.notices[0][0] == "error"
    assert counted(printed())["TransformsFailed"] == 1


def test_a_reason_without_a_code_is_kept_whole(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOB, "Failed", "s3://bucket/key: gone")
    report(context)
    assert cloud.item(TABLE, PLAN["id"])["reason"] == {"code": "JobFailed", "message": "s3://bucket/key: gone"}


@pytest.mark.parametrize("reason", ["InternalServerError: We encountered an internal error.", "CapacityError: Unable to provision"])
def test_another_job_is_tried_where_sagemaker_is_at_fault(cloud: Any, context: Any, jobs: Jobs, printed: Any, reason: str) -> None:
    jobs.add(JOB, "Failed", reason)
    assert report(context) == "AGAIN"
    assert cloud.item(TABLE, PLAN["id"]) == {}
    assert counted(printed())["InstanceHours"] == 1
    jobs.add("jobs-0123456789abcdef-1-2", "Failed", reason)
    assert report(context, 2) == "FAILED"
    assert cloud.item(TABLE, PLAN["id"])["job"] == "jobs-0123456789abcdef-1-2"


def test_a_job_that_completed_without_all_results_has_failed(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOB)
    write_results(cloud, "a.csv.out", "notes.txt")
    assert report(context) == "FAILED"
    row = cloud.item(TABLE, PLAN["id"])
    assert (row["reason"]["code"], row["outputs"]) == ("INCOMPLETE", 1)


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_a_job_that_still_runs_is_waited_for(cloud: Any, context: Any, jobs: Jobs, status: str) -> None:
    jobs.run(JOB, seconds=60)
    jobs.jobs[JOB]["TransformJobStatus"] = status
    assert report(context, error="SageMaker.SdkClientException", cause="c") == "RUNNING"
    assert jobs.calls == [f"DescribeTransformJob {JOB}"]
    assert cloud.item(TABLE, PLAN["id"]) == {}


def test_a_job_that_runs_too_long_is_stopped_and_waited_for(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.run(JOB, seconds=3601)
    assert report(context, error="States.Timeout", cause="") == "RUNNING"
    assert jobs.jobs[JOB]["TransformJobStatus"] == "Stopping"
    jobs.add(JOB, "Stopped", minutes=61)
    assert report(context, error="States.Timeout", cause="") == "FAILED"
    assert cloud.item(TABLE, PLAN["id"])["reason"]["code"] == "TIMED_OUT"


def test_a_job_that_was_stopped_late_is_known_by_its_times(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOB, "Stopped", minutes=61)
    assert report(context) == "FAILED"
    assert cloud.item(TABLE, PLAN["id"])["reason"]["code"] == "TIMED_OUT"


def test_a_job_that_somebody_stopped_has_failed(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOB, "Stopped", minutes=5)
    assert report(context, error="States.TaskFailed", cause="{}") == "FAILED"
    assert cloud.item(TABLE, PLAN["id"])["reason"]["code"] == "STOPPED"


def test_without_a_job_the_state_machine_knows_why(cloud: Any, context: Any, jobs: Jobs) -> None:
    assert report(context, error="SageMaker.ResourceLimitExceededException", cause="The account-level service limit …") == "FAILED"
    row = cloud.item(TABLE, PLAN["id"])
    assert row["reason"] == {"code": "SageMaker.ResourceLimitExceededException", "message": "The account-level service limit …"}
    assert ("job" in row, row["outputs"], row["instance_hours"]) == (False, 0, 0)


def test_nothing_known_is_said_as_well(cloud: Any, context: Any, jobs: Jobs) -> None:
    assert report(context) == "FAILED"
    assert cloud.item(TABLE, PLAN["id"])["reason"]["code"] == "NO_JOB"


def test_a_later_attempt_keeps_its_row(cloud: Any, context: Any, jobs: Jobs) -> None:
    rows.begin(TABLE, a_plan(attempt=2), retention_days=0)
    jobs.add(JOB, "Failed", "ClientError: late")
    assert report(context) == "FAILED"
    row = cloud.item(TABLE, PLAN["id"])
    assert (row["attempt"], row["status"]) == (2, "RUNNING")
    assert jobs.notices == []


def test_messages_hold_no_endless_reasons(cloud: Any, context: Any, jobs: Jobs) -> None:
    jobs.add(JOB, "Failed", f"ClientError: {'x' * 5000}")
    report(context)
    assert len(cloud.item(TABLE, PLAN["id"])["reason"]["message"]) == 500


@pytest.mark.parametrize("plan", [{}, {**PLAN, "more": 1}])
def test_what_is_no_plan_is_refused(cloud: Any, context: Any, jobs: Jobs, plan: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent):
        report(context, plan=plan)
