import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from analyze_image.handler import handler
from documents.errors import ConfigurationError, DocumentRejected, TransientServiceError
from documents.naming import Document

DOCUMENT = Document.identify(bucket="documents-bucket", key="ü b+c.png", version_id="v1", etag="e", sequencer="0A", size=10)
S3_OBJECT = {"S3Object": {"Bucket": "documents-bucket", "Name": "ü b+c.png", "Version": "v1"}}
TEXTRACT = botocore.session.get_session().get_service_model("textract")
OPERATIONS = {
    "DetectDocumentText": ("detect_document_text", "document", []),
    "AnalyzeDocument": ("analyze_document", "document", ["FORMS", "QUERIES"]),
    "AnalyzeExpense": ("analyze_expense", "expense", []),
    "AnalyzeID": ("analyze_id", "identity", []),
}
REJECTED = {
    "BadDocumentException": "CORRUPT",
    "DocumentTooLargeException": "TOO_LARGE",
    "InvalidS3ObjectException": "UNREADABLE",
    "UnsupportedDocumentException": "UNSUPPORTED_TYPE",
}
TRANSIENT = {"InternalServerError", "ProvisionedThroughputExceededException", "ThrottlingException"}
CONFIGURATION = {"AccessDeniedException", "HumanLoopQuotaExceededException", "InvalidParameterException"}


def event(kind: str, features: list[str]) -> dict[str, Any]:
    return {"document": DOCUMENT.as_dict(), "attempt": 2, "analysis": {"kind": kind, "mode": "sync", "features": features}}


@pytest.mark.parametrize(
    ("operation", "parameters", "response"),
    [
        ("DetectDocumentText", {"Document": S3_OBJECT}, {"DocumentMetadata": {"Pages": 1}, "Blocks": [{"Id": "1", "Text": "a"}]}),
        (
            "AnalyzeDocument",
            {
                "Document": S3_OBJECT,
                "FeatureTypes": ["FORMS", "QUERIES"],
                "QueriesConfig": {"Queries": [{"Text": "What is the total?", "Alias": "total", "Pages": ["1-*"]}]},
            },
            {"DocumentMetadata": {"Pages": 1}, "Blocks": []},
        ),
        ("AnalyzeExpense", {"Document": S3_OBJECT}, {"DocumentMetadata": {"Pages": 1}, "ExpenseDocuments": []}),
        ("AnalyzeID", {"DocumentPages": [S3_OBJECT]}, {"DocumentMetadata": {"Pages": 1}, "IdentityDocuments": []}),
    ],
)
def test_the_response_is_stored_as_it_came(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], operation: str, parameters: dict[str, Any], response: dict[str, Any]
) -> None:
    method, kind, features = OPERATIONS[operation]
    stub("textract").add_response(method, response, parameters)
    key = f"work/{DOCUMENT.id}/2/{kind}.json"
    assert handler(event(kind, features), context) == {
        "kind": kind,
        "location": {"bucket": "results-bucket", "key": key},
        "pages": 1,
        "status": "SUCCEEDED",
        "warnings": [],
    }
    assert json.loads(cloud.read(key)) == {"kind": kind, "responses": [response]}


def test_a_response_without_metadata_is_one_page(cloud: Any, context: Any, stub: Callable[[str], Stubber]) -> None:
    stub("textract").add_response("detect_document_text", {})
    assert handler(event("document", []), context)["pages"] == 1


def test_analyzed_pages_are_counted(cloud: Any, context: Any, stub: Callable[[str], Stubber], printed: Callable[[], str]) -> None:
    stub("textract").add_response("detect_document_text", {"DocumentMetadata": {"Pages": 1}})
    handler(event("document", []), context)
    assert '"PagesAnalyzed":[1.0]' in printed()


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
    stub("textract").add_client_error(method, code, "quotes ü b+c.png")
    with pytest.raises((ConfigurationError, DocumentRejected, TransientServiceError)) as caught:
        handler(event(kind, features), context)
    named = {**dict.fromkeys(TRANSIENT, TransientServiceError), **dict.fromkeys(CONFIGURATION, ConfigurationError)}
    assert type(caught.value) is named.get(code, DocumentRejected)
    assert caught.value.code == REJECTED.get(code, code)
    assert "quotes" not in str(caught.value)
    assert cloud.result_keys() == []


def test_a_call_for_which_no_time_is_left_is_not_made(cloud: Any, context: Any) -> None:
    context.remaining_ms = 10_000
    with pytest.raises(TransientServiceError, match="OUT_OF_TIME"):
        handler(event("document", []), context)
