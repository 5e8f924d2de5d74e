import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from documents import index
from documents.errors import ConfigurationError, TransientServiceError
from documents.naming import Document
from record_rejection.handler import handler
from record_rejection.reasons import explained

DOCUMENT = Document.identify(bucket="documents-bucket", key="ü b+c.pdf", version_id="v1", etag="e", sequencer="0A", size=10)
EVENT = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": "ü b+c.pdf"}}}
REFUSED = {"code": "ENCRYPTED", "message": "The PDF file is encrypted."}


def event(status: str = "REFUSED", reason: dict[str, Any] | None = None, attempt: int = 1) -> dict[str, Any]:
    return {"document": DOCUMENT.as_dict(), "attempt": attempt, "event": EVENT, "status": status, "reason": reason or REFUSED}


def test_a_refusal_is_indexed_and_handed_on(cloud: Any, context: Any) -> None:
    assert handler(event(), context) == {"status": "REFUSED", "code": "ENCRYPTED", "recorded": True}
    row = cloud.item("index", DOCUMENT.path)
    assert (row["status"], row["reason"], row["id"]) == ("REFUSED", REFUSED, DOCUMENT.id)
    (message,) = cloud.messages(cloud.rejected)
    assert {name: message[name] for name in EVENT} == EVENT
    assert message["attempt"] == 2
    assert {"status": "REFUSED", "code": "ENCRYPTED", "attempt": 1, "document_id": DOCUMENT.id}.items() <= message["rejection"].items()


def test_a_retried_recording_has_one_effect(cloud: Any, context: Any) -> None:
    handler(event(), context)
    assert handler(event(), context)["recorded"] is False
    assert len(cloud.messages(cloud.rejected)) == 1


def test_a_second_attempt_is_recorded_anew(cloud: Any, context: Any) -> None:
    handler(event(), context)
    assert handler(event("FAILED", attempt=2), context)["recorded"] is True
    assert sorted(message["attempt"] for message in cloud.messages(cloud.rejected)) == [2, 3]


def test_refusals_and_failures_are_counted(cloud: Any, context: Any, printed: Callable[[], str]) -> None:
    handler(event(), context)
    handler(event("FAILED", attempt=2), context)
    metrics = [json.loads(line) for line in printed().splitlines() if "CloudWatchMetrics" in line]
    assert [(line.get("code"), "DocumentsRefused" in line, "DocumentsFailed" in line) for line in metrics] == [
        ("ENCRYPTED", True, False),
        (None, True, False),
        (None, False, True),
    ]


def test_rows_go_when_retention_says_so(cloud: Any, context: Any, setting: Callable[..., None]) -> None:
    setting(RETENTION_DAYS="30")
    handler(event(), context)
    assert cloud.item("index", DOCUMENT.path)["expires_at"] > 0


def test_a_success_of_the_same_attempt_is_not_undone(cloud: Any, context: Any) -> None:
    index.record("index", DOCUMENT, 1, "SUCCEEDED", {})
    assert handler(event("FAILED"), context)["recorded"] is False
    assert cloud.item("index", DOCUMENT.path)["status"] == "SUCCEEDED"


def cause(kind: str, message: str) -> dict[str, Any]:
    return {"code": kind, "message": json.dumps({"errorMessage": message, "errorType": kind, "requestId": "r", "stackTrace": ["line"]})}


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (REFUSED, ("ENCRYPTED", "The PDF file is encrypted.")),
        (cause("DocumentRejected", "CORRUPT: Textract cannot read it."), ("CORRUPT", "Textract cannot read it.")),
        (cause("TransientServiceError", "ThrottlingException: busy"), ("ThrottlingException", "busy")),
        ({"code": "JobFailed", "message": "JOB_FAILED: over"}, ("JOB_FAILED", "over")),
        (cause("JobFailed", "no code here"), ("JobFailed", "The workflow ended with JobFailed.")),
        (cause("KeyError", "'secret'"), ("UNKNOWN", "The workflow ended with UNKNOWN.")),
        ({"code": "States.Timeout", "message": "secret"}, ("States.Timeout", "The workflow ended with States.Timeout.")),
        ({"code": "States.Runtime", "message": None}, ("States.Runtime", "The workflow ended with States.Runtime.")),
        ({"code": "not a code: secret", "message": "m"}, ("UNKNOWN", "The workflow ended with UNKNOWN.")),
        ({}, ("UNKNOWN", "")),
    ],
)
def test_a_reason_says_what_this_project_said_and_nothing_else(reason: dict[str, Any], expected: tuple[str, str]) -> None:
    assert explained(reason) == expected


@given(st.dictionaries(st.sampled_from(["code", "message"]), st.none() | st.text() | st.integers()))
def test_no_reason_breaks_the_recording(reason: dict[str, Any]) -> None:
    code, message = explained(reason)
    assert code
    assert len(message) <= 500


def test_a_long_message_is_shortened(cloud: Any, context: Any) -> None:
    handler(event(reason={"code": "CORRUPT", "message": "x" * 10_000}), context)
    assert len(cloud.item("index", DOCUMENT.path)["reason"]["message"]) == 500


@pytest.mark.parametrize(
    ("code", "named"),
    [("RequestThrottled", TransientServiceError), ("KmsThrottled", TransientServiceError), ("QueueDoesNotExist", ConfigurationError)],
)
def test_a_message_that_could_not_be_sent_is_an_error_and_is_sent_by_a_retry(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], code: str, named: type[Exception]
) -> None:
    stub("sqs").add_client_error("send_message", code)
    with pytest.raises(named):
        handler(event(), context)
    stub("sqs").deactivate()
    assert handler(event(), context)["recorded"] is True
    assert len(cloud.messages(cloud.rejected)) == 1
