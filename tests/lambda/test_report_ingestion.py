import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from documents.errors import ConfigurationError, MalformedEvent, TransientServiceError
from report_ingestion import logic
from report_ingestion.handler import handler

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
IDS = {"knowledgeBaseId": "KNOWLEDGE1", "dataSourceId": "SOURCE1234"}
EVENT = {"source": {"name": "Documents", "id": "SOURCE1234"}, "run": "run-1", "job": "JOB1234567", "error": None}
LISTED = IDS | {"maxResults": 1000}
Agent = Callable[..., None]


@pytest.fixture
def agent(cloud: Any, stub: Callable[[str], Stubber]) -> Agent:
    """Gives Bedrock the end of a job and, unless nothing has to be listed, the documents that it lists."""

    def script(status: str, *pages: list[dict[str, Any]], reasons: tuple[str, ...] = (), **statistics: int) -> None:
        job = IDS | {"ingestionJobId": "JOB1234567", "status": status, "startedAt": MOMENT, "updatedAt": MOMENT}
        job |= {"statistics": statistics, "failureReasons": list(reasons)}
        stub("bedrock-agent").add_response("get_ingestion_job", {"ingestionJob": job}, IDS | {"ingestionJobId": "JOB1234567"})
        for number, page in enumerate(pages):
            more = {"nextToken": f"page{number + 1}"} if number + 1 < len(pages) else {}
            asked = LISTED | ({"nextToken": f"page{number}"} if number else {})
            stub("bedrock-agent").add_response("list_knowledge_base_documents", {"documentDetails": page} | more, asked)

    return script


def detail(key: str, status: str, bucket: str = "documents-bucket", **changes: Any) -> dict[str, Any]:
    identifier = {"dataSourceType": "S3", "s3": {"uri": f"s3://{bucket}/{key}"}}
    return IDS | {"status": status, "identifier": identifier, "statusReason": f"{status} it is.", "updatedAt": MOMENT} | changes


def upload(cloud: Any, *keys: str, body: bytes = b"text") -> None:
    for key in keys:
        cloud.s3.put_object(Bucket="documents-bucket", Key=key, Body=body)


def told(cloud: Any) -> list[tuple[str, str | None]]:
    return sorted((message["status"], message["key"]) for message in cloud.messages(cloud.failed))


def counted(printed: Callable[[], str]) -> dict[str, Any]:
    lines = [json.loads(line) for line in printed().splitlines() if '"_aws"' in line]
    return {name: value[0] for line in lines for name, value in line.items() if isinstance(value, list)}


def test_a_job_that_changed_nothing_is_only_counted(cloud: Any, context: Any, agent: Agent, printed: Callable[[], str]) -> None:
    agent("COMPLETE", numberOfDocumentsScanned=3, numberOfMetadataDocumentsScanned=3)
    assert handler(EVENT, context) == {"failed": 0}
    assert counted(printed) == {"DocumentsIndexed": 0, "DocumentsDeleted": 0, "DocumentsFailed": 0, "IngestionFailures": 0}


def test_what_a_job_did_is_counted(cloud: Any, context: Any, agent: Agent, printed: Callable[[], str]) -> None:
    numbers = {"numberOfNewDocumentsIndexed": 4, "numberOfModifiedDocumentsIndexed": 2, "numberOfDocumentsDeleted": 1}
    agent("COMPLETE", [], numberOfDocumentsScanned=9, numberOfDocumentsFailed=2, **numbers)
    assert handler(EVENT, context) == {"failed": 0}
    assert counted(printed) == {"DocumentsIndexed": 6, "DocumentsDeleted": 1, "DocumentsFailed": 2, "IngestionFailures": 0}


def test_documents_that_were_not_taken_in_wholly_are_told_each(cloud: Any, context: Any, agent: Agent) -> None:
    bad = ("FAILED", "IGNORED", "METADATA_PARTIALLY_INDEXED", "METADATA_UPDATE_FAILED", "NOT_FOUND", "PARTIALLY_INDEXED")
    good = ("INDEXED", "PENDING", "IN_PROGRESS", "DELETING")
    upload(cloud, *(f"{status}.pdf" for status in (*bad, *good)))
    pages = [[detail(f"{status}.pdf", status) for status in part] for part in (bad[:2], good, bad[2:])]
    agent("COMPLETE", *pages, numberOfDocumentsFailed=6)
    assert handler(EVENT, context) == {"failed": 0}
    assert told(cloud) == [(status, f"{status}.pdf") for status in bad]
    (message,) = (message for message in cloud.messages(cloud.failed) if message["status"] == "FAILED")
    assert message == {
        "kind": "document",
        "uri": "s3://documents-bucket/FAILED.pdf",
        "key": "FAILED.pdf",
        "status": "FAILED",
        "reason": "FAILED it is.",
        "data_source": "Documents",
        "job": "JOB1234567",
    }


def test_a_failure_that_stays_is_told_once_and_anew_with_the_document(cloud: Any, context: Any, agent: Agent) -> None:
    for body in (b"one", b"one", b"two"):
        upload(cloud, "ü b+c.pdf", body=body)
        agent("COMPLETE", [detail("ü b+c.pdf", "FAILED", updatedAt=datetime.now(UTC))], numberOfDocumentsFailed=1)
        handler(EVENT, context)
    assert told(cloud) == [("FAILED", "ü b+c.pdf")] * 2


def test_documents_that_are_gone_are_no_failures(cloud: Any, context: Any, agent: Agent) -> None:
    upload(cloud, "a.pdf.txt")
    agent("COMPLETE", [detail("a.pdf", "NOT_FOUND")], numberOfDocumentsDeleted=1)
    handler(EVENT, context)
    assert told(cloud) == []


def test_labels_are_no_documents(cloud: Any, context: Any, agent: Agent) -> None:
    upload(cloud, "a.pdf.metadata.json")
    agent("COMPLETE", [detail("a.pdf.metadata.json", "IGNORED")], numberOfDocumentsSkipped=1)
    handler(EVENT, context)
    assert told(cloud) == []


def test_documents_elsewhere_are_known_by_when_bedrock_last_tried(cloud: Any, context: Any, agent: Agent) -> None:
    custom = {"identifier": {"dataSourceType": "CUSTOM", "custom": {"id": "ticket-7"}}}
    for moment in (MOMENT, MOMENT, datetime(2026, 3, 4, tzinfo=UTC)):
        details = [detail("a.pdf", "FAILED", bucket="other", updatedAt=moment), detail("", "FAILED", updatedAt=moment, **custom)]
        agent("COMPLETE", details, numberOfDocumentsFailed=2)
        handler(EVENT, context)
    messages = cloud.messages(cloud.failed)
    assert sorted(message["uri"] for message in messages) == ["s3://other/a.pdf"] * 2 + ["ticket-7"] * 2
    assert {message["key"] for message in messages} == {"a.pdf", None}


def test_a_document_without_a_reason_is_told_all_the_same(cloud: Any, context: Any, agent: Agent) -> None:
    found = detail("a.pdf", "FAILED", bucket="other")
    del found["statusReason"], found["updatedAt"]
    agent("COMPLETE", [found], numberOfDocumentsFailed=1)
    handler(EVENT, context)
    assert cloud.messages(cloud.failed)[0]["reason"] == "Bedrock gives no reason."


@pytest.mark.parametrize("status", ["FAILED", "STOPPED"])
def test_a_job_that_failed_is_told_with_its_reasons(
    cloud: Any, context: Any, agent: Agent, printed: Callable[[], str], status: str
) -> None:
    agent(status, reasons=("One.", "Two."))
    assert handler(EVENT, context) == {"failed": 1}
    (message,) = cloud.messages(cloud.failed)
    assert (message["kind"], message["status"], message["reason"]) == ("ingestion", status, "One.; Two.")
    assert (message["data_source"], message["job"], message["uri"]) == ("Documents", "JOB1234567", None)
    assert counted(printed)["IngestionFailures"] == 1


def test_a_job_that_could_not_be_started_is_told_for_each_run(cloud: Any, context: Any) -> None:
    error = {"code": "BedrockAgent.ConflictException", "message": "Another job is running."}
    for run in ("run-1", "run-1", "run-2"):
        assert handler(EVENT | {"job": None, "error": error, "run": run}, context) == {"failed": 1}
    messages = cloud.messages(cloud.failed)
    assert [message["status"] for message in messages] == ["NOT_STARTED", "NOT_STARTED"]
    assert messages[0]["reason"] == "BedrockAgent.ConflictException: Another job is running."


def test_a_job_that_could_not_be_followed_to_its_end_is_told(cloud: Any, context: Any, agent: Agent) -> None:
    agent("IN_PROGRESS")
    error = {"code": "BedrockAgent.ThrottlingException", "message": "Slow down."}
    assert handler(EVENT | {"error": error}, context) == {"failed": 1}
    (message,) = cloud.messages(cloud.failed)
    assert (message["status"], message["reason"]) == ("IN_PROGRESS", "BedrockAgent.ThrottlingException: Slow down.")


def test_a_job_that_ended_well_though_it_was_lost_sight_of_is_no_failure(cloud: Any, context: Any, agent: Agent) -> None:
    agent("COMPLETE")
    assert handler(EVENT | {"error": {"code": "c", "message": "m"}}, context) == {"failed": 0}


def test_of_sources_whose_documents_cannot_be_listed_none_is(
    cloud: Any, context: Any, agent: Agent, stub: Callable[[str], Stubber]
) -> None:
    agent("COMPLETE", numberOfNewDocumentsIndexed=1)
    stub("bedrock-agent").add_client_error("list_knowledge_base_documents", "ValidationException", http_status_code=400)
    assert handler(EVENT, context) == {"failed": 0}
    assert told(cloud) == []


@pytest.mark.parametrize(("code", "error"), [("AccessDeniedException", ConfigurationError), ("ThrottlingException", TransientServiceError)])
def test_other_refusals_of_the_list_fail(
    cloud: Any, context: Any, agent: Agent, stub: Callable[[str], Stubber], code: str, error: type[Exception]
) -> None:
    agent("COMPLETE", numberOfNewDocumentsIndexed=1)
    stub("bedrock-agent").add_client_error("list_knowledge_base_documents", code, http_status_code=400)
    with pytest.raises(error, match=code):
        handler(EVENT, context)


def test_no_more_is_told_than_there_is_time_for(cloud: Any, context: Any, agent: Agent) -> None:
    context.remaining_ms = 60_000
    upload(cloud, "a.pdf")
    agent("COMPLETE", [detail("a.pdf", "FAILED")], numberOfDocumentsFailed=1)
    assert handler(EVENT, context) == {"failed": 0}
    assert told(cloud) == []


def test_one_job_tells_of_so_many_documents_and_the_next_of_others(
    cloud: Any, context: Any, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logic, "MOST_TOLD", 2)
    keys = [f"{number}.pdf" for number in range(3)]
    upload(cloud, *keys)
    for _ in range(2):
        agent("COMPLETE", [detail(key, "FAILED") for key in keys], numberOfDocumentsFailed=3)
        handler(EVENT, context)
    assert told(cloud) == [("FAILED", key) for key in keys]


@pytest.mark.parametrize(
    "event", [{}, {"source": "x"}, EVENT | {"error": "x"}, {name: value for name, value in EVENT.items() if name != "job"}]
)
def test_other_events_are_refused(cloud: Any, context: Any, event: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent, match="MALFORMED_EVENT"):
        handler(event, context)
