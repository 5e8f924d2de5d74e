import itertools
import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from collect_textract_job import logic
from collect_textract_job.handler import handler
from collect_textract_job.page_ranges import merged, ranges
from documents import jobs
from documents.clients import client
from documents.errors import ConfigurationError, HandlerError, JobFailed, JobInProgress, TransientServiceError
from documents.naming import Document

DOCUMENT = Document.identify(bucket="documents-bucket", key="scan.pdf", version_id="v1", etag="e", sequencer="0A", size=10)
TEXTRACT = botocore.session.get_session().get_service_model("textract")
OPERATIONS = {
    "GetDocumentTextDetection": ("get_document_text_detection", "document", [], "Blocks"),
    "GetDocumentAnalysis": ("get_document_analysis", "document", ["FORMS"], "Blocks"),
    "GetExpenseAnalysis": ("get_expense_analysis", "expense", [], "ExpenseDocuments"),
    "GetLendingAnalysis": ("get_lending_analysis", "lending", [], "Results"),
}
TRANSIENT = {"InternalServerError", "ProvisionedThroughputExceededException", "ThrottlingException"}


def event(kind: str = "document", features: list[str] | None = None) -> dict[str, Any]:
    return {"document": DOCUMENT.as_dict(), "attempt": 1, "analysis": {"kind": kind, "mode": "async", "features": features or []}}


@pytest.fixture
def started(cloud: Any) -> None:
    for kind in ("document", "expense", "lending"):
        jobs.expect("jobs", f"{DOCUMENT.id}-1-{kind}", task_token="token", kind=kind, document_id=DOCUMENT.id)
        jobs.started("jobs", f"{DOCUMENT.id}-1-{kind}", "job")


def page(token: str | None = None, status: str = "SUCCEEDED", **members: Any) -> dict[str, Any]:
    return {"JobStatus": status, "DocumentMetadata": {"Pages": 7}, **members} | ({"NextToken": token} if token else {})


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("pages", [1, 2, 5])
def test_all_pages_of_the_result_are_stored_in_order(
    cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber], operation: str, pages: int
) -> None:
    method, kind, features, member = OPERATIONS[operation]
    for number in range(pages):
        parameters = {"JobId": "job"} | ({"NextToken": f"token {number}"} if number else {})
        following = f"token {number + 1}" if number + 1 < pages else None
        stub("textract").add_response(method, page(following, **{member: [{}] * number}), parameters)
    key = f"work/{DOCUMENT.id}/1/{kind}.json"
    assert handler(event(kind, features), context) == {
        "kind": kind,
        "location": {"bucket": "results-bucket", "key": key},
        "pages": 7,
        "status": "SUCCEEDED",
        "warnings": [],
    }
    stored = json.loads(cloud.read(key))
    assert stored["kind"] == kind
    assert [len(response[member]) for response in stored["responses"]] == list(range(pages))
    assert all("NextToken" not in response for response in stored["responses"])


def test_an_empty_result_is_stored(cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber]) -> None:
    stub("textract").add_response("get_document_text_detection", {"JobStatus": "SUCCEEDED"})
    assert handler(event(), context)["pages"] == 0


def test_partial_success_keeps_its_warnings_by_code(cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber]) -> None:
    first = [{"ErrorCode": "PAGE_TOO_LARGE", "Pages": [3, 1, 2]}, {"Pages": [9]}]
    second = [{"ErrorCode": "PAGE_TOO_LARGE", "Pages": [4, 7]}, {"ErrorCode": "OTHER"}]
    stub("textract").add_response("get_document_text_detection", page("next", "PARTIAL_SUCCESS", Warnings=first))
    stub("textract").add_response("get_document_text_detection", page(None, "PARTIAL_SUCCESS", Warnings=second))
    result = handler(event(), context)
    assert result["status"] == "PARTIAL_SUCCESS"
    assert result["warnings"] == [
        {"code": "OTHER", "pages": ""},
        {"code": "PAGE_TOO_LARGE", "pages": "1-4,7"},
        {"code": "UNKNOWN", "pages": "9"},
    ]


@given(st.sets(st.integers(1, 60)))
def test_page_ranges_hold_exactly_the_pages(pages: set[int]) -> None:
    text = ranges(pages)
    parts = [part.split("-") for part in text.split(",") if part]
    assert {number for part in parts for number in range(int(part[0]), int(part[-1]) + 1)} == pages
    assert all(int(second[0]) > int(first[-1]) + 1 for first, second in itertools.pairwise(parts))


def test_no_warnings_are_no_codes() -> None:
    assert merged([]) == []


def test_a_job_at_work_is_asked_again_later(cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber]) -> None:
    stub("textract").add_response("get_document_text_detection", {"JobStatus": "IN_PROGRESS"})
    with pytest.raises(JobInProgress):
        handler(event(), context)
    assert cloud.result_keys() == []


@pytest.mark.parametrize(
    ("response", "code"),
    [
        ({"JobStatus": "FAILED", "StatusMessage": "INVALID_IMAGE_TYPE"}, "INVALID_IMAGE_TYPE"),
        ({"JobStatus": "FAILED", "StatusMessage": "Cannot read s3://documents/scan.pdf"}, "JOB_FAILED"),
        ({"JobStatus": "FAILED"}, "JOB_FAILED"),
        ({}, "JOB_FAILED"),
    ],
)
def test_a_failed_job_is_an_error_of_its_own(
    cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber], response: dict[str, Any], code: str
) -> None:
    stub("textract").add_response("get_document_text_detection", response)
    with pytest.raises(JobFailed) as caught:
        handler(event(), context)
    assert caught.value.code == code
    assert "scan.pdf" not in str(caught.value)


def test_a_job_that_was_never_started_has_failed(cloud: Any, context: Any) -> None:
    with pytest.raises(JobFailed, match="NOT_STARTED"):
        handler(event(), context)
    jobs.expect("jobs", f"{DOCUMENT.id}-1-document", task_token="token", kind="document", document_id=DOCUMENT.id)
    with pytest.raises(JobFailed, match="NOT_STARTED"):
        handler(event(), context)


def test_a_job_whose_notice_alone_is_known_is_collected(cloud: Any, context: Any, stub: Callable[[str], Stubber]) -> None:
    jobs.expect("jobs", f"{DOCUMENT.id}-1-document", task_token="token", kind="document", document_id=DOCUMENT.id)
    jobs.noticed("jobs", f"{DOCUMENT.id}-1-document", "job", "SUCCEEDED")
    stub("textract").add_response("get_document_text_detection", page(), {"JobId": "job"})
    assert handler(event(), context)["status"] == "SUCCEEDED"


def test_a_repeated_page_ends_the_loop(cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber]) -> None:
    for token in ("one", "two", "one"):
        stub("textract").add_response("get_document_text_detection", page(token))
    with pytest.raises(JobFailed, match="REPEATED_PAGE"):
        handler(event(), context)
    assert cloud.result_keys() == []


def test_the_number_of_calls_is_limited(
    cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logic, "MAX_CALLS", 3)
    for number in range(3):
        stub("textract").add_response("get_document_text_detection", page(f"token {number}"))
    with pytest.raises(JobFailed, match="TOO_MANY_CALLS"):
        handler(event(), context)


def test_collecting_stops_while_there_is_time_to_say_so(
    cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber], monkeypatch: pytest.MonkeyPatch
) -> None:
    textract = client("textract")

    def slow(**_: Any) -> dict[str, Any]:
        context.remaining_ms -= 400_000
        return page(f"token {context.remaining_ms}")

    monkeypatch.setattr(textract, "get_document_text_detection", slow)
    with pytest.raises(TransientServiceError, match="OUT_OF_TIME"):
        handler(event(), context)
    assert cloud.result_keys() == []


ERRORS = [
    (operation, code)
    for operation in OPERATIONS
    for code in sorted({*(shape.name for shape in TEXTRACT.operation_model(operation).error_shapes), "ThrottlingException"})
]


@pytest.mark.parametrize(("operation", "code"), ERRORS)
@pytest.mark.parametrize("after", [0, 1])
def test_each_error_of_textract_is_retryable_or_terminal(
    cloud: Any, context: Any, started: None, stub: Callable[[str], Stubber], operation: str, code: str, after: int
) -> None:
    method, kind, features, _ = OPERATIONS[operation]
    for number in range(after):
        stub("textract").add_response(method, page(f"token {number}"))
    stub("textract").add_client_error(method, code, "quotes scan.pdf")
    with pytest.raises(HandlerError) as caught:
        handler(event(kind, features), context)
    terminal = {"InvalidJobIdException": "JobFailed", "InvalidS3ObjectException": "DocumentRejected"}
    expected = TransientServiceError.__name__ if code in TRANSIENT else terminal.get(code, ConfigurationError.__name__)
    assert type(caught.value).__name__ == expected
    assert "quotes" not in str(caught.value)
    assert cloud.result_keys() == []
