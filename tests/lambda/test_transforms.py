import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.transform_fakes import Jobs, a_plan, some_jobs
from transforms import endings, jobs, rows
from transforms.endings import Places
from transforms.plans import Plan

TABLE = "transforms"
PLAN = a_plan()
FAILED = {"status": rows.FAILED, "reason": {"code": "X", "message": "m"}}


@pytest.fixture
def sagemaker(cloud: Any) -> Iterator[Jobs]:
    with some_jobs() as found:
        yield found


@pytest.fixture
def places(cloud: Any) -> Places:
    return Places(TABLE, cloud.failed, "arn:aws:sns:us-east-1:123456789012:success", "arn:aws:sns:us-east-1:123456789012:error")


def test_a_plan_travels_through_the_state_machine() -> None:
    assert Plan.of(json.loads(json.dumps(PLAN))).as_dict() == PLAN
    assert Plan.of(PLAN).name == f"{PLAN['id']}-1"


def test_an_end_is_not_overtaken_by_the_news_that_it_began(cloud: Any) -> None:
    rows.end(TABLE, PLAN, FAILED, retention_days=0)
    rows.begin(TABLE, PLAN, retention_days=0)
    assert rows.get(TABLE, PLAN["id"])["status"] == "FAILED"


def test_the_first_end_of_an_attempt_counts(cloud: Any) -> None:
    rows.begin(TABLE, PLAN, retention_days=0)
    assert rows.end(TABLE, PLAN, {"status": rows.SUCCEEDED, "outputs": 2}, retention_days=0) is not None
    assert rows.end(TABLE, PLAN, FAILED, retention_days=0) is None
    assert rows.get(TABLE, PLAN["id"])["status"] == "SUCCEEDED"


def test_another_attempt_forgets_what_came_of_the_last_one(cloud: Any) -> None:
    rows.end(TABLE, PLAN, FAILED | {"job": "jobs-1"}, retention_days=0)
    rows.begin(TABLE, a_plan(attempt=2), retention_days=0)
    row = rows.get(TABLE, PLAN["id"])
    assert (row["status"], row["attempt"], "reason" in row, "job" in row) == ("RUNNING", 2, False, False)


def test_rows_go_after_their_time_or_never(cloud: Any) -> None:
    rows.begin(TABLE, PLAN, retention_days=0)
    assert "expires_at" not in rows.get(TABLE, PLAN["id"])
    rows.begin(TABLE, a_plan(attempt=2), retention_days=1)
    assert rows.get(TABLE, PLAN["id"])["expires_at"] > 1_700_000_000


def test_ends_are_told_once_and_by_their_kind(cloud: Any, places: Places, sagemaker: Jobs) -> None:
    assert [endings.finish(PLAN, FAILED, places) for _ in range(2)] == [True, False]
    assert endings.finish(a_plan(attempt=2), {"status": rows.SUCCEEDED, "outputs": 2}, places) is True
    assert [topic for topic, _ in sagemaker.notices] == ["error", "success"]
    assert len(cloud.messages(cloud.failed)) == 1


def test_an_end_that_could_not_be_told_is_told_by_the_next_call(
    cloud: Any, places: Places, sagemaker: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalError"}}, "Publish")

    with monkeypatch.context() as patch:
        patch.setattr(endings, "_tell", failing)
        with pytest.raises(ClientError):
            endings.finish(PLAN, FAILED, places)
    assert endings.finish(PLAN, FAILED, places) is True
    assert len(sagemaker.notices) == 1


def test_a_job_that_nobody_made_is_none(sagemaker: Jobs) -> None:
    assert jobs.describe("nothing") == {}
    assert jobs.stop("nothing") is False


def test_a_job_is_stopped_once(sagemaker: Jobs) -> None:
    sagemaker.run("running", seconds=1)
    assert [jobs.stop("running"), jobs.stop("running")] == [True, False]


def test_other_refusals_are_not_taken_for_a_missing_job(sagemaker: Jobs, stub: Any) -> None:
    stub("sagemaker").add_client_error("describe_transform_job", "AccessDeniedException")
    stub("sagemaker").add_client_error("stop_transform_job", "ThrottlingException")
    for call in (jobs.describe, jobs.stop):
        with pytest.raises(ClientError):
            call("some")
