"""What the tests of async-inference's functions share: uploads, notices, and an endpoint that takes requests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from documents import clients
from documents.naming import Document

BUCKET = "inputs-bucket"


def an_upload(key: str = "requests/rows.csv", *, version: str | None = "v1", size: int = 10, **changes: Any) -> dict[str, Any]:
    item = {"key": key, "size": size, "etag": "e", "sequencer": "0A1B"} | ({"version-id": version} if version else {})
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": BUCKET}, "object": item}}
    return event | changes


def identity(key: str = "requests/rows.csv", version: str = "v1") -> str:
    return Document.identify(bucket=BUCKET, key=key, version_id=version, etag="e", sequencer="", size=0).id


def a_notice(inference_id: str, *, status: str = "Completed", **changes: Any) -> dict[str, Any]:
    notice: dict[str, Any] = {
        "awsRegion": "us-east-1",
        "eventTime": "2026-11-21T12:00:01.000Z",
        "receivedTime": "2026-11-21T12:00:00.000Z",
        "invocationStatus": status,
        "requestParameters": {
            "contentType": "text/csv",
            "endpointName": "endpoint",
            "inputLocation": "s3://inputs-bucket/requests/rows.csv",
        },
        "inferenceId": inference_id,
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }
    if status == "Completed":
        notice["responseParameters"] = {"contentType": "text/csv", "outputLocation": f"s3://results/output/{inference_id}.out"}
    else:
        notice["failureReason"] = "ClientError: Received server error (500) from model. See the SageMaker Endpoint logs."
    return notice | changes


def batch(*messages: Any) -> dict[str, Any]:
    bodies = [message if isinstance(message, str) else json.dumps(message) for message in messages]
    return {"Records": [{"messageId": f"message-{n}", "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]}


def failed(response: Any) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


def counted(printed: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in printed.splitlines():
        if "CloudWatchMetrics" in line:
            found |= {name: value[0] for name, value in json.loads(line).items() if isinstance(value, list)}
    return found


class Endpoint:
    """Takes requests as SageMaker does, or refuses them."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.refusal: int | None = None

    @property
    def inference_ids(self) -> list[str]:
        return [request["X-Amzn-SageMaker-Inference-Id"] for request in self.requests]

    def answer(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        if self.refusal is not None:
            return _Status(self.refusal), {"Error": {"Code": "ServiceUnavailable", "Message": "no"}, "ResponseMetadata": {}}
        self.requests.append(dict(params["headers"]) | {"path": params["url_path"]})
        inference_id = self.inference_ids[-1]
        places = {"OutputLocation": f"s3://results/output/{inference_id}.out", "FailureLocation": f"s3://results/failed/{inference_id}.out"}
        return _Status(202), {"InferenceId": inference_id, **places, "ResponseMetadata": {"HTTPStatusCode": 202}}


class _Status:
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@contextmanager
def an_endpoint() -> Iterator[Endpoint]:
    fake = Endpoint()
    events = clients.client("sagemaker-runtime").meta.events
    events.register("before-call.sagemaker-runtime", fake.answer)
    yield fake
    events.unregister("before-call.sagemaker-runtime", fake.answer)
