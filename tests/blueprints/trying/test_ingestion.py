import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from blueprints.trying import ingestion
from blueprints.trying.files import Upload
from blueprints.trying.ingestion import NO_END, Intake, chunks
from blueprints.trying.steps import Steps
from blueprints.trying.trial import Session

OUTPUTS = {
    "DocumentsBucketName": "bucket",
    "KnowledgeBaseId": "kb",
    "DataSourceId": "ds",
    "SyncQueueUrl": "queue",
    "SyncStateMachineArn": "machine",
}
INDEX = {"s3VectorsConfiguration": {"indexArn": "arn:index"}}


class Bedrock:
    """A deployment whose documents come to their ends look by look."""

    def __init__(self, *looks: dict[str, str]) -> None:
        self.looks: Iterator[dict[str, str]] = iter(looks)
        self.now: dict[str, str] = {}
        self.uploaded: list[str] = []
        self.waiting = ["0", "0"]
        self.storage: dict[str, Any] = INDEX
        self.endpoint_url = ""

    def client(self, service: str) -> Any:
        return self

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        self.uploaded.append(f"{path} {bucket}/{key}")

    def get_paginator(self, operation: str) -> Any:
        return getattr(self, f"_{operation}")

    def get_queue_attributes(self, **_: Any) -> Any:
        return {"Attributes": {"ApproximateNumberOfMessages": self.waiting.pop() if self.waiting else "0", "QueueArn": "arn"}}

    def list_executions(self, **_: Any) -> Any:
        return {"executions": []}

    def get_knowledge_base(self, **_: Any) -> Any:
        return {"knowledgeBase": {"storageConfiguration": self.storage}}

    @property
    def _list_knowledge_base_documents(self) -> Any:
        self.now = next(self.looks, self.now)
        details = [
            {"identifier": {"s3": {"uri": f"s3://bucket/{key}"}}, "status": status, "statusReason": "why"}
            for key, status in self.now.items()
        ]
        return Pages([{"documentDetails": details[:1]}, {"documentDetails": details[1:]}])

    @property
    def _list_ingestion_jobs(self) -> Any:
        runs = [{"ingestionJobId": "old", "startedAt": 1}] + ([{"ingestionJobId": "new", "startedAt": 2}] if self.uploaded else [])
        return Pages([{"ingestionJobSummaries": runs}])

    @property
    def _list_vectors(self) -> Any:
        return Pages([{"vectors": [1, 2]}, {"vectors": [3]}])


class Pages:
    def __init__(self, pages: Sequence[Any]) -> None:
        self._pages = pages

    def paginate(self, **_: Any) -> Sequence[Any]:
        return self._pages


UPLOADS = [Upload(Path("a.md"), "tenants/t/a.md"), Upload(Path("b.md"), "tenants/t/b.md")]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingestion, "PAUSE_SECONDS", 0)


def take_in(bedrock: Bedrock) -> ingestion.Ingestion:
    console = Console(file=io.StringIO())
    return Intake(Session(bedrock, OUTPUTS, Steps(console))).take_in(UPLOADS)  # type: ignore[arg-type]


def test_documents_are_uploaded_and_followed_to_their_ends() -> None:
    bedrock = Bedrock(
        {}, {"tenants/t/a.md": "INDEXED", "tenants/t/b.md": "PENDING"}, {"tenants/t/a.md": "INDEXED", "tenants/t/b.md": "FAILED"}
    )
    told = take_in(bedrock)
    assert bedrock.uploaded == ["a.md bucket/tenants/t/a.md", "b.md bucket/tenants/t/b.md"]
    assert [(found.status, found.reason) for found in told.documents] == [("INDEXED", "why"), ("FAILED", "why")]
    assert told.complete
    assert [found.upload.key for found in told.with_status("FAILED")] == ["tenants/t/b.md"]


def test_a_sync_that_is_still_asked_for_is_waited_for() -> None:
    bedrock = Bedrock({"tenants/t/a.md": "INDEXED", "tenants/t/b.md": "INDEXED"})
    bedrock.waiting = ["0", "2", "1"]
    assert take_in(bedrock).complete
    assert bedrock.waiting == []


def test_only_the_runs_since_the_upload_count() -> None:
    told = take_in(Bedrock({upload.key: "INDEXED" for upload in UPLOADS}))
    assert [run["ingestionJobId"] for run in told.runs] == ["new"]
    assert told.chunks == 3


@pytest.mark.parametrize(("limit", "waiting"), [("PATIENCE_SECONDS", ["1"] * 1000), ("QUIET_SECONDS", [])])
def test_documents_that_come_to_no_end_are_given_up(monkeypatch: pytest.MonkeyPatch, limit: str, waiting: list[str]) -> None:
    monkeypatch.setattr(ingestion, limit, 0.01)
    bedrock = Bedrock({"tenants/t/a.md": "INDEXED"})
    bedrock.waiting = waiting
    told = take_in(bedrock)
    assert not told.complete
    assert [found.status for found in told.documents] == ["INDEXED", NO_END]


@pytest.mark.parametrize(
    ("storage", "count"),
    [
        (INDEX, 3),
        ({"s3VectorsConfiguration": {"vectorBucketArn": "arn:b", "indexName": "i"}}, 3),
        ({"rdsConfiguration": {}}, None),
        ({}, None),
    ],
)
def test_passages_are_counted_where_the_store_lists_them(storage: dict[str, Any], count: int | None) -> None:
    bedrock = Bedrock()
    bedrock.storage = storage
    assert chunks(bedrock, bedrock, "kb") == count
