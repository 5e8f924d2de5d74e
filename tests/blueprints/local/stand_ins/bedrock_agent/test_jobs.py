"""What is told of jobs and documents."""

from blueprints.local.stand_ins.bedrock_agent.jobs import COUNTED, Document, Job

SOURCE = {"knowledgeBaseId": "KB", "dataSourceId": "DS"}


def test_a_job_begins_with_nothing_counted() -> None:
    job = Job(SOURCE, description="nightly")
    assert job.answer() | {"startedAt": 0, "updatedAt": 0} == {
        **SOURCE,
        "ingestionJobId": job.identifier,
        "description": "nightly",
        "status": "STARTING",
        "statistics": dict.fromkeys(COUNTED, 0),
        "startedAt": 0,
        "updatedAt": 0,
    }


def test_a_job_tells_what_it_counted_and_why_it_failed() -> None:
    job = Job(SOURCE)
    job.count("numberOfDocumentsFailed", 2)
    job.blame("x" * 3000)
    job.turn("FAILED")
    told = job.answer()
    assert (told["status"], told["statistics"]["numberOfDocumentsFailed"], told["failureReasons"]) == ("FAILED", 2, ["x" * 2048])
    assert "failureReasons" not in job.row()
    assert told["updatedAt"] > told["startedAt"]


def test_a_document_tells_where_it_is_and_what_became_of_it() -> None:
    failed = Document("s3://b/k", status="FAILED", reason="broken").row(SOURCE)
    identifier = {"dataSourceType": "S3", "s3": {"uri": "s3://b/k"}}
    assert failed | {"updatedAt": 0} == {**SOURCE, "identifier": identifier, "status": "FAILED", "statusReason": "broken", "updatedAt": 0}
    assert "statusReason" not in Document("s3://b/k").row(SOURCE)
