"""What the tests of batch-transform's functions share: requests, plans, and transform jobs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from documents import clients
from documents.naming import Document

INPUTS, RESULTS = "documents-bucket", "results-bucket"
START = datetime(2026, 11, 21, 12, tzinfo=UTC)


def put(cloud: Any, key: str, content: bytes = b"1,2\n3,4\n") -> None:
    cloud.s3.put_object(Bucket=INPUTS, Key=key, Body=content)


def uploaded(cloud: Any, key: str, content: Any, **changes: Any) -> dict[str, Any]:
    """Uploads a file; returns the event about it."""
    document = cloud.upload(key, content if isinstance(content, bytes) else json.dumps(content).encode())
    item = {"key": key, "size": document.size, "etag": document.etag, "version-id": document.version_id, "sequencer": "0A1B"}
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": INPUTS}, "object": item}}
    return event | changes


def manifest(cloud: Any, *names: str, prefix: str = f"s3://{INPUTS}/data/", **changes: Any) -> dict[str, Any]:
    """Uploads a manifest; returns the event about it."""
    return uploaded(cloud, "requests/some.manifest", [{"prefix": prefix}, *names], **changes)


def due(prefix: str = "data/daily/{date}/", time: str = "2026-11-30T04:00:00Z", **changes: Any) -> dict[str, Any]:
    return {"source": "blueprint.schedule", "detail-type": "Prefix Due", "detail": {"prefix": prefix, "time": time}} | changes


def identity(event: dict[str, Any]) -> str:
    item = event["detail"]["object"]
    found = Document.identify(bucket=INPUTS, key=item["key"], version_id=item["version-id"], etag="", sequencer="", size=0)
    return found.id


def a_plan(**changes: Any) -> dict[str, Any]:
    plan = {
        "id": "0123456789abcdef" * 2 + "01234567",
        "attempt": 1,
        "request": f"{INPUTS}/requests/some.manifest",
        "version_id": "v1",
        "event": {"source": "aws.s3", "detail-type": "Object Created", "detail": {}},
        "manifest_uri": f"s3://{INPUTS}/plans/plan-1.manifest",
        "output_uri": f"s3://{RESULTS}/answers/plan-1/",
        "objects": 2,
        "bytes": 16,
        "records": 4,
        "instances": 2,
    }
    return plan | changes


class Jobs:
    """SageMaker's transform jobs, and the topics that ends are told to."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.notices: list[tuple[str, dict[str, Any]]] = []

    def add(self, name: str, status: str = "Completed", reason: str | None = None, *, minutes: float = 30, instances: int = 2) -> None:
        ended = {"TransformStartTime": START, "TransformEndTime": START + timedelta(minutes=minutes)}
        job = {"TransformJobStatus": status, "CreationTime": START, "TransformResources": {"InstanceCount": instances}}
        self.jobs[name] = (
            job | (ended if status in ("Completed", "Failed", "Stopped") else {}) | ({"FailureReason": reason} if reason else {})
        )

    def run(self, name: str, *, seconds: float) -> None:
        """A job that has run for some seconds."""
        self.add(name, "InProgress")
        self.jobs[name]["CreationTime"] = datetime.now(UTC) - timedelta(seconds=seconds)

    def answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        name = json.loads(params["body"])["TransformJobName"]
        self.calls.append(f"{model.name} {name}")
        job = self.jobs.get(name)
        if job is None:
            return _Status(400), {"Error": {"Code": "ResourceNotFound", "Message": name}, "ResponseMetadata": {}}
        if model.name == "StopTransformJob":
            if job["TransformJobStatus"] != "InProgress":
                return _Status(400), {"Error": {"Code": "ValidationException", "Message": name}, "ResponseMetadata": {}}
            job["TransformJobStatus"] = "Stopping"
        return _Status(200), {**job, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def publish(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        sent = params["body"]
        self.notices.append((sent["TopicArn"].rpartition(":")[2], json.loads(sent["Message"])))
        return _Status(200), {"MessageId": "message", "ResponseMetadata": {"HTTPStatusCode": 200}}


class _Status:
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@contextmanager
def some_jobs() -> Iterator[Jobs]:
    fake = Jobs()
    for service, answer in (("sagemaker", fake.answer), ("sns", fake.publish)):
        clients.client(service).meta.events.register(f"before-call.{service}", answer)
    yield fake
    for service, answer in (("sagemaker", fake.answer), ("sns", fake.publish)):
        clients.client(service).meta.events.unregister(f"before-call.{service}", answer)
