import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from documents import jobs
from documents.errors import ConfigurationError, DocumentRejected, HandlerError, TransientServiceError
from documents.naming import Document
from start_textract_job.handler import handler

DOCUMENT = Document.identify(bucket="documents-bucket", key="ü b+c.pdf", version_id="v1", etag="e", sequencer="0A", size=10)
TOKEN = "token"
TEXTRACT = botocore.session.get_session().get_service_model("textract")
OPERATIONS = {
    "StartDocumentTextDetection": ("start_document_text_detection", "document", []),
    "StartDocumentAnalysis": ("start_document_analysis", "document", ["FORMS"]),
    "StartExpenseAnalysis": ("start_expense_analysis", "expense", []),
    "StartLendingAnalysis": ("start_lending_analysis", "lending", []),
}
DOCUMENT_FAULTS = {"BadDocumentException", "DocumentTooLargeException", "InvalidS3ObjectException", "UnsupportedDocumentException"}
TRANSIENT = {"InternalServerError", "LimitExceededException", "ProvisionedThroughputExceededException", "ThrottlingException"}


def event(kind: str = "document", features: list[str] | None = None, token: str = TOKEN) -> dict[str, Any]:
    analysis = {"kind": kind, "mode": "async", "features": features or []}
    return {"document": DOCUMENT.as_dict(), "attempt": 1, "analysis": analysis, "task_token": token}


def tag(kind: str = "document") -> str:
    return f"{DOCUMENT.id}-1-{kind}"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_job_is_started_with_tag_token_and_channel(cloud: Any, context: Any, stub: Callable[[str], Stubber], operation: str) -> None:
    method, kind, features = OPERATIONS[operation]
    expected = {
        "DocumentLocation": {"S3Object": {"Bucket": "documents-bucket", "Name": "ü b+c.pdf", "Version": "v1"}},
        "JobTag": tag(kind),
        "ClientRequestToken": ANY,
        "NotificationChannel": {
            "SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:notices",
            "RoleArn": "arn:aws:iam::123456789012:role/notices",
        },
    }
    stub("textract").add_response(method, {"JobId": "job"}, expected | ({"FeatureTypes": features} if features else {}))
    assert handler(event(kind, features), context) == {"job_id": "job"}
    record = cloud.item("jobs", f"job#{tag(kind)}")
    assert {name: record[name] for name in ("task_token", "kind", "document_id", "job_id")} == {
        "task_token": "token",
        "kind": kind,
        "document_id": DOCUMENT.id,
        "job_id": "job",
    }


def test_the_record_is_there_before_the_job_starts(cloud: Any, context: Any, stub: Callable[[str], Stubber]) -> None:
    stub("textract").add_client_error("start_document_text_detection", "ThrottlingException")
    with pytest.raises(TransientServiceError):
        handler(event(), context)
    assert cloud.item("jobs", f"job#{tag()}")["task_token"] == "token"


def test_a_retried_start_sends_the_same_request_and_moves_the_record_to_the_new_token(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    textract = stub("textract")
    for _ in range(2):
        textract.add_response("start_document_text_detection", {"JobId": "job"})
    textract.client.meta.events.register("before-parameter-build.textract", lambda params, **_: sent.append(json.dumps(params)), "spy")
    handler(event(token="one"), context)
    handler(event(token="two"), context)
    textract.client.meta.events.unregister("before-parameter-build.textract", unique_id="spy")
    assert sent[0] == sent[1]
    assert cloud.item("jobs", f"job#{tag()}")["task_token"] == "two"


def test_a_notice_that_came_first_answers_the_task_at_once(cloud: Any, context: Any, stub: Callable[[str], Stubber]) -> None:
    jobs.expect("jobs", tag(), task_token="one", kind="document", document_id=DOCUMENT.id)
    jobs.noticed("jobs", tag(), "job", "SUCCEEDED")
    stub("textract").add_response("start_document_text_detection", {"JobId": "job"})
    output = json.dumps({"job_id": "job", "status": "SUCCEEDED"})
    stub("stepfunctions").add_response("send_task_success", {}, {"taskToken": "two", "output": output})
    handler(event(token="two"), context)


ERRORS = [
    (operation, code)
    for operation in OPERATIONS
    for code in sorted({*(shape.name for shape in TEXTRACT.operation_model(operation).error_shapes), "ThrottlingException"})
]


@pytest.mark.parametrize(("operation", "code"), ERRORS)
def test_each_error_of_textract_is_retryable_terminal_or_the_documents_fault(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], operation: str, code: str
) -> None:
    method, kind, features = OPERATIONS[operation]
    stub("textract").add_client_error(method, code, "quotes ü b+c.pdf")
    with pytest.raises(HandlerError) as caught:
        handler(event(kind, features), context)
    expected = TransientServiceError if code in TRANSIENT else DocumentRejected if code in DOCUMENT_FAULTS else ConfigurationError
    assert type(caught.value) is expected
    assert "quotes" not in str(caught.value)
