"""Ingestion jobs and documents as clients meet them."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.blueprints.local.in_process import Words
from tests.blueprints.local.knowledge import Knowledge


@pytest.fixture
def source(knowledge: Knowledge) -> dict[str, str]:
    return knowledge.source(knowledge.base())


@pytest.fixture
def busy(knowledge: Knowledge, source: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Starts a job whose model does not answer before it is told to; returns the job and what lets the model answer."""
    answer, asked, goes_on = Words.answer, threading.Event(), threading.Event()

    def wait(self: Words, *request: Any) -> dict[str, Any]:
        asked.set()
        assert goes_on.wait(10)
        return answer(self, *request)

    monkeypatch.setattr(Words, "answer", wait)
    for number in range(3):
        knowledge.put(f"{number}.txt", "a")
    job = knowledge.agent.start_ingestion_job(**source)["ingestionJob"]
    assert asked.wait(10)
    yield job, goes_on
    goes_on.set()


def test_a_job_starts_goes_on_and_ends(knowledge: Knowledge, source: dict[str, str], busy: Any) -> None:
    job, goes_on = busy
    assert job["status"] == "STARTING"
    now = knowledge.agent.get_ingestion_job(**source, ingestionJobId=job["ingestionJobId"])["ingestionJob"]
    assert (now["status"], now["statistics"]["numberOfDocumentsScanned"]) == ("IN_PROGRESS", 3)
    goes_on.set()
    assert knowledge.ended(source, job)["status"] == "COMPLETE"


def test_a_knowledge_base_has_one_job_at_a_time(knowledge: Knowledge, source: dict[str, str], busy: Any) -> None:
    other = knowledge.source(source["knowledgeBaseId"], name="other")
    for each in (source, other):
        with pytest.raises(knowledge.agent.exceptions.ConflictException, match="There is an ongoing ingestion job"):
            knowledge.agent.start_ingestion_job(**each)
    busy[1].set()
    knowledge.ended(source, busy[0])
    assert knowledge.ingest(other)["status"] == "COMPLETE"


def test_a_job_can_be_stopped(knowledge: Knowledge, source: dict[str, str], busy: Any) -> None:
    job, goes_on = busy
    stopping = knowledge.agent.stop_ingestion_job(**source, ingestionJobId=job["ingestionJobId"])["ingestionJob"]
    assert stopping["status"] == "STOPPING"
    goes_on.set()
    last = knowledge.ended(source, stopping)
    assert (last["status"], last["statistics"]["numberOfNewDocumentsIndexed"]) == ("STOPPED", 1)
    with pytest.raises(knowledge.agent.exceptions.ConflictException, match="its status is STOPPED"):
        knowledge.agent.stop_ingestion_job(**source, ingestionJobId=job["ingestionJobId"])


def test_the_same_token_is_the_same_job(knowledge: Knowledge, source: dict[str, str]) -> None:
    token = "t" * 33
    jobs = [knowledge.agent.start_ingestion_job(**source, clientToken=token, description="d")["ingestionJob"] for _ in range(2)]
    assert jobs[0]["ingestionJobId"] == jobs[1]["ingestionJobId"]
    assert jobs[0]["description"] == "d"


def test_jobs_are_listed_by_status_and_age(knowledge: Knowledge, source: dict[str, str]) -> None:
    first = knowledge.ingest(source)["ingestionJobId"]
    knowledge.aws("s3").delete_bucket(Bucket="documents")
    second = knowledge.ingest(source)["ingestionJobId"]
    ask: Callable[..., Any] = knowledge.agent.list_ingestion_jobs
    assert [job["ingestionJobId"] for job in ask(**source)["ingestionJobSummaries"]] == [second, first]
    ascending = {"sortBy": {"attribute": "STATUS", "order": "ASCENDING"}}
    assert [job["status"] for job in ask(**source, **ascending)["ingestionJobSummaries"]] == ["COMPLETE", "FAILED"]
    failed = ask(**source, filters=[{"attribute": "STATUS", "operator": "EQ", "values": ["FAILED"]}])["ingestionJobSummaries"]
    assert [job["ingestionJobId"] for job in failed] == [second]
    page = ask(**source, maxResults=1)
    assert ask(**source, maxResults=1, nextToken=page["nextToken"])["ingestionJobSummaries"][0]["ingestionJobId"] == first


def test_documents_are_found_by_their_uris(knowledge: Knowledge, source: dict[str, str]) -> None:
    uri = knowledge.put("a.txt", "a")
    knowledge.ingest(source)
    identifiers = [{"dataSourceType": "S3", "s3": {"uri": each}} for each in (uri, "s3://documents/none")]
    found = knowledge.agent.get_knowledge_base_documents(**source, documentIdentifiers=identifiers)["documentDetails"]
    assert [each["status"] for each in found] == ["INDEXED", "NOT_FOUND"]


def test_deleted_documents_come_back_with_the_next_job(knowledge: Knowledge, source: dict[str, str]) -> None:
    uri = knowledge.put("a.txt", "a")
    knowledge.ingest(source)
    identifiers = [{"dataSourceType": "S3", "s3": {"uri": uri}}]
    (row,) = knowledge.agent.delete_knowledge_base_documents(**source, documentIdentifiers=identifiers)["documentDetails"]
    assert (row["status"], knowledge.stored(), knowledge.statuses(source)) == ("DELETING", [], {})
    assert knowledge.counts(source) == {"DocumentsScanned": 1, "NewDocumentsIndexed": 1}


def test_an_internal_error_is_no_success(knowledge: Knowledge, source: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprints.local.stand_ins.bedrock_agent.ingestion.Ingestion.run", lambda *_: 1 / 0)
    job = knowledge.ingest(source)
    assert (job["status"], "internal error of the stand-in" in job["failureReasons"][0]) == ("FAILED", True)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda agent, source: agent.start_ingestion_job(**source | {"dataSourceId": "ABCDEFGHIJ"}), "DataSource with id ABCDEFGHIJ"),
        (lambda agent, source: agent.get_ingestion_job(**source, ingestionJobId="ABCDEFGHIJ"), "Ingestion job with id ABCDEFGHIJ"),
        (lambda agent, source: agent.list_knowledge_base_documents(**source, nextToken="x"), "Invalid nextToken"),
        (lambda agent, source: agent.start_ingestion_job(**source, clientToken="!" * 33), "1 validation error detected"),
    ],
)
def test_mistakes_are_refused(knowledge: Knowledge, source: dict[str, str], call: Any, problem: str) -> None:
    with pytest.raises(ClientError, match=problem):
        call(knowledge.agent, source)
