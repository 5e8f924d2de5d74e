"""Jobs run one after the other, are known by their tokens, and give their results in parts."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.textract.jobs import Job, Jobs, Result

PLACE = {"DocumentLocation": {"S3Object": {"Bucket": "b", "Name": "n"}}}
API = "StartDocumentAnalysis"


def finished(jobs: Jobs, job: Job, work: Any) -> Job:
    ended = threading.Event()
    jobs.start(job, work, lambda _: ended.set())
    assert ended.wait(5)
    return job


def failing(error: Exception) -> Any:
    def work() -> Result:
        raise error

    return work


def test_a_job_succeeds_with_its_result() -> None:
    job = finished(Jobs(), Job("j", API, PLACE), lambda: Result([{"Id": "1"}], 2, [{"ErrorCode": "W"}]))
    assert job.answer({}) == {
        "JobStatus": "SUCCEEDED",
        "DocumentMetadata": {"Pages": 2},
        "Warnings": [{"ErrorCode": "W"}],
        "Blocks": [{"Id": "1"}],
    }


@pytest.mark.parametrize(
    ("error", "message"),
    [(StandInError("DocumentTooLargeException", "too large"), "DOCUMENT_TOO_LARGE"), (KeyError("x"), "INTERNAL_SERVER_ERROR")],
)
def test_a_job_that_fails_says_why(error: Exception, message: str) -> None:
    job = finished(Jobs(), Job("j", API, PLACE), failing(error))
    assert job.answer({}) == {"JobStatus": "FAILED", "StatusMessage": message}


def test_a_failing_notice_does_not_stop_the_next_job() -> None:
    jobs = Jobs()

    def unheard(_: Job) -> None:
        raise RuntimeError("nobody listens")

    jobs.start(Job("a", API, PLACE), lambda: Result([], 1), unheard)
    assert finished(jobs, Job("b", API, PLACE), lambda: Result([], 1)).status == "SUCCEEDED"


def test_jobs_run_one_after_the_other_in_the_background() -> None:
    jobs, go, order = Jobs(), threading.Event(), []
    first = jobs.start(Job("a", API, PLACE), lambda: [go.wait(5), order.append("a")] and Result([], 1), lambda _: None)
    assert first.answer({}) == {"JobStatus": "IN_PROGRESS"}
    go.set()
    finished(jobs, Job("b", API, PLACE), lambda: order.append("b") or Result([], 1))
    assert order == ["a", "b"]


def test_the_same_token_and_request_is_the_same_job() -> None:
    jobs = Jobs()
    request = {**PLACE, "ClientRequestToken": "t"}
    first = finished(jobs, Job("a", API, request), lambda: Result([], 1))
    assert jobs.start(Job("b", API, dict(request)), failing(AssertionError()), lambda _: None) is first
    assert jobs.known("StartExpenseAnalysis", request) is None
    with pytest.raises(StandInError, match="IdempotentParameterMismatchException"):
        jobs.start(Job("c", API, {**request, "JobTag": "x"}), failing(AssertionError()), lambda _: None)


def test_refuses_more_jobs_than_are_allowed_at_once() -> None:
    jobs, go = Jobs(concurrent=1), threading.Event()
    jobs.start(Job("a", API, PLACE), lambda: go.wait(5) and Result([], 1), lambda _: None)
    with pytest.raises(StandInError, match="LimitExceededException"):
        jobs.start(Job("b", API, PLACE), lambda: Result([], 1), lambda _: None)
    go.set()


def test_a_job_is_found_by_its_id_and_operation() -> None:
    jobs = Jobs()
    job = finished(jobs, Job("a", API, PLACE), lambda: Result([], 1))
    assert jobs.find("a", API) is job
    for job_id, api in (("b", API), ("a", "StartExpenseAnalysis")):
        with pytest.raises(StandInError, match="InvalidJobIdException"):
            jobs.find(job_id, api)


@pytest.mark.parametrize(
    ("api", "member", "most"),
    [(API, "Blocks", 1000), ("StartExpenseAnalysis", "ExpenseDocuments", 20), ("StartLendingAnalysis", "Results", 30)],
)
def test_results_come_in_parts_of_at_most_what_aws_gives(api: str, member: str, most: int) -> None:
    job = finished(Jobs(), Job("a", api, PLACE), lambda: Result([{"n": number} for number in range(most + 1)], 1))
    first = job.answer({"MaxResults": 5000})
    assert len(first[member]) == most
    last = job.answer({"NextToken": first["NextToken"]})
    assert (last[member], "NextToken" in last) == ([{"n": most}], False)
    assert [item["n"] for item in job.answer({"MaxResults": 2})[member]] == [0, 1]


@pytest.mark.parametrize("request_", [{"MaxResults": 0}, {"NextToken": "other.5"}, {"NextToken": "a.x"}, {"NextToken": "a"}])
def test_refuses_wrong_parts(request_: dict[str, Any]) -> None:
    job = finished(Jobs(), Job("a", API, PLACE), lambda: Result([], 1))
    with pytest.raises(StandInError, match="InvalidParameterException"):
        job.answer(request_)


def test_the_notice_has_the_tag_if_there_is_one() -> None:
    assert "JobTag" not in Job("a", API, PLACE).notice
    assert Job("a", API, {**PLACE, "JobTag": "x"}).notice["JobTag"] == "x"
