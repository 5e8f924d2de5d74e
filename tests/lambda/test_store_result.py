import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from documents import reviews
from documents.errors import ConfigurationError, TransientServiceError
from documents.naming import Document
from store_result.corrections import corrected
from store_result.handler import handler

PARTS = {"fields", "tables", "queries", "signatures", "layout", "expense", "identity", "lending"}
APPROVED = {"outcome": "approved", "reviewer": "Ada", "corrections": [], "comment": ""}


def a_document(key: str = "scan.pdf", *, version: str = "v1", sequencer: str = "0A") -> Document:
    return Document.identify(bucket="documents-bucket", key=key, version_id=version, etag="e", sequencer=sequencer, size=10)


def field(key: str, value: str, confidence: float = 50.0, page: int = 1) -> dict[str, Any]:
    return {"key": key, "value": value, "confidence": confidence, "page": page, "source": "document"}


def prepared(cloud: Any, document: Document, *, attempt: int = 1, enriched: bool = True, **changes: Any) -> dict[str, Any]:
    work = f"work/{document.id}/{attempt}"
    cloud.write(f"{work}/text.txt", b"the text")
    cloud.write(f"{work}/redacted.txt", b"the [NAME]")
    assembly = {name: [] for name in PARTS}
    assembly |= {"fields": [field("Total", "12"), field("Date", "today", 99.0)], "text_key": f"{work}/text.txt", "low_confidence": [0]}
    enrichment = {
        "language": "en",
        "entities": [{"text": "ACME", "type": "ORGANIZATION", "score": 0.9, "count": 1}],
        "key_phrases": [],
        "pii": [{"type": "NAME", "score": 0.9, "begin": 4, "end": 8}],
        "redaction": "done",
        "redacted_key": f"{work}/redacted.txt",
    }
    inspection = {
        "verdict": "accepted",
        "content_type": "application/pdf",
        "pages": 2,
        "bytes": 10,
        "sha256": "ab",
        "skipped": [],
        "cached": None,
    }
    event = {
        "document": document.as_dict(),
        "attempt": attempt,
        "inspection": inspection,
        "analyses": [{"kind": "document", "status": "SUCCEEDED", "warnings": []}],
        "assembly": {"location": cloud.write(f"{work}/assembly.json", assembly)},
    }
    if enriched:
        event["enrichment"] = {"location": cloud.write(f"{work}/enrichment.json", enrichment)}
    return event | changes


def stored(cloud: Any, document: Document) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(cloud.read(f"results/{document.id}.json"))
    return result


def test_the_result_has_the_published_shape(cloud: Any, context: Any) -> None:
    document = a_document()
    answer = handler(prepared(cloud, document), context)
    location = {"bucket": "results-bucket", "key": f"results/{document.id}.json"}
    assert answer == {"status": "SUCCEEDED", "location": location, "redacted_key": f"redacted/{document.id}.txt", "newest": True}
    result = stored(cloud, document)
    assert set(result) == PARTS | {
        "analyses",
        "cached_from",
        "completed_at",
        "document",
        "entities",
        "file",
        "key_phrases",
        "language",
        "pii",
        "redacted_key",
        "redaction",
        "review",
        "schema",
        "skipped",
        "status",
        "text_key",
        "warnings",
    }
    assert result["schema"] == "document-analysis/1"
    assert result["file"] == {"content_type": "application/pdf", "pages": 2, "bytes": 10, "sha256": "ab"}
    assert result["analyses"] == ["document"]
    assert result["cached_from"] is None


def test_texts_are_copied_out_of_the_expiring_work(cloud: Any, context: Any) -> None:
    document = a_document()
    handler(prepared(cloud, document), context)
    result = stored(cloud, document)
    assert result["text_key"] == f"text/{document.id}.txt"
    assert cloud.read(result["text_key"]) == b"the text"
    assert cloud.read(result["redacted_key"]) == b"the [NAME]"


def test_the_index_tells_where_and_what(cloud: Any, context: Any) -> None:
    document = a_document("ü b+c.pdf")
    handler(prepared(cloud, document), context)
    row = cloud.item("index", "documents-bucket/ü b+c.pdf")
    assert (row["id"], row["attempt"], row["status"], row["version_id"]) == (document.id, 1, "SUCCEEDED", "v1")
    assert (row["sha256"], row["content_type"], row["pages"]) == ("ab", "application/pdf", 2)
    assert (row["result_bucket"], row["result_key"]) == ("results-bucket", f"results/{document.id}.json")
    assert row["redacted_key"] == f"redacted/{document.id}.txt"
    assert row["counts"]["fields"] == 2
    assert row["counts"]["entities"] == 1
    assert "expires_at" not in row


def test_without_text_features_there_is_neither_language_nor_redaction(cloud: Any, context: Any) -> None:
    document = a_document()
    assert handler(prepared(cloud, document, enriched=False), context)["redacted_key"] is None
    result = stored(cloud, document)
    assert (result["language"], result["entities"], result["redaction"], result["redacted_key"]) == (None, [], "off", None)


def test_warnings_are_kept_by_analysis(cloud: Any, context: Any) -> None:
    document = a_document()
    analyses = [{"kind": "document", "status": "PARTIAL_SUCCESS", "warnings": [{"code": "X", "pages": "1"}]}]
    handler(prepared(cloud, document, analyses=analyses), context)
    assert stored(cloud, document)["warnings"] == {"document": [{"code": "X", "pages": "1"}]}


def test_rows_go_when_retention_says_so(cloud: Any, context: Any, setting: Callable[..., None]) -> None:
    setting(RETENTION_DAYS="30")
    handler(prepared(cloud, a_document()), context)
    assert cloud.item("index", "documents-bucket/scan.pdf")["expires_at"] > 0
    assert cloud.item("cache", "ab#configuration")["expires_at"] > 0


def test_storing_twice_has_one_effect(cloud: Any, context: Any) -> None:
    event = prepared(cloud, a_document())
    assert handler(event, context) == handler(event, context)
    assert len([key for key in cloud.result_keys() if key.startswith("results/")]) == 1


def test_an_older_version_does_not_overwrite_the_row_of_a_newer_one(cloud: Any, context: Any) -> None:
    handler(prepared(cloud, a_document(version="v2", sequencer="0B")), context)
    old = a_document(version="v1", sequencer="0A")
    assert handler(prepared(cloud, old), context)["newest"] is False
    assert cloud.item("index", "documents-bucket/scan.pdf")["version_id"] == "v2"
    assert stored(cloud, old)["document"]["version_id"] == "v1"


def test_corrections_of_the_reviewer_are_merged(cloud: Any, context: Any) -> None:
    document = a_document()
    review = APPROVED | {"outcome": "corrected", "corrections": [{"key": "Total", "value": "21"}]}
    handler(prepared(cloud, document, review=review), context)
    result = stored(cloud, document)
    assert result["fields"][0] == {"key": "Total", "value": "21", "confidence": 100.0, "page": 1, "source": "review"}
    assert result["fields"][1]["source"] == "document"
    assert result["review"] == review


@pytest.mark.parametrize(
    ("outcome", "timeout", "status"),
    [
        ("approved", "reject", "SUCCEEDED"),
        ("rejected", "accept", "REJECTED"),
        ("timed_out", "accept", "SUCCEEDED"),
        ("timed_out", "reject", "REJECTED"),
    ],
)
def test_the_status_follows_the_review(
    cloud: Any, context: Any, setting: Callable[..., None], outcome: str, timeout: str, status: str
) -> None:
    setting(REVIEW_TIMEOUT_OUTCOME=timeout)
    document = a_document()
    assert handler(prepared(cloud, document, review=APPROVED | {"outcome": outcome}), context)["status"] == status
    assert cloud.item("index", document.path)["status"] == status


@pytest.mark.parametrize(("outcome", "expected"), [("timed_out", "EXPIRED"), ("approved", "PENDING")])
def test_the_review_is_settled(cloud: Any, context: Any, outcome: str, expected: str) -> None:
    document = a_document()
    reviews.open_review("reviews", f"{document.id}-1", {}, task_token="t", retention_days=0)
    handler(prepared(cloud, document, review={"outcome": outcome}), context)
    review = cloud.item("reviews", f"{document.id}-1")
    assert review["status"] == expected
    assert ("answered_at" in review) is (outcome == "approved")


def test_without_a_table_of_reviews_nothing_is_settled(cloud: Any, context: Any, setting: Callable[..., None]) -> None:
    setting(REVIEWS_TABLE="")
    assert handler(prepared(cloud, a_document(), review=APPROVED), context)["status"] == "SUCCEEDED"


def test_a_whole_accepted_result_is_offered_to_equal_content(cloud: Any, context: Any) -> None:
    document = a_document()
    handler(prepared(cloud, document), context)
    assert cloud.item("cache", "ab#configuration")["location"] == {"bucket": "results-bucket", "key": f"results/{document.id}.json"}


@pytest.mark.parametrize(
    "changes",
    [
        {"review": APPROVED | {"outcome": "rejected"}},
        {"review": APPROVED | {"outcome": "timed_out"}},
        {"analyses": [{"kind": "document", "status": "PARTIAL_SUCCESS", "warnings": []}]},
    ],
)
def test_a_partial_rejected_or_unreviewed_result_is_not_offered(
    cloud: Any, context: Any, setting: Callable[..., None], changes: dict[str, Any]
) -> None:
    setting(REVIEW_TIMEOUT_OUTCOME="accept")
    handler(prepared(cloud, a_document(), **changes), context)
    assert cloud.item("cache", "ab#configuration") == {}


def cached_event(cloud: Any, context: Any, copy: Document) -> dict[str, Any]:
    original = a_document("original.pdf")
    review = APPROVED | {"outcome": "corrected", "corrections": [{"key": "Total", "value": "21"}]}
    handler(prepared(cloud, original, review=review), context)
    location = {"bucket": "results-bucket", "key": f"results/{original.id}.json"}
    inspection = {
        "verdict": "cached",
        "content_type": "application/pdf",
        "pages": 2,
        "bytes": 10,
        "sha256": "ab",
        "skipped": [],
        "cached": location,
    }
    return {"document": copy.as_dict(), "attempt": 1, "inspection": inspection}


def test_a_cached_result_is_bound_to_the_new_document(cloud: Any, context: Any) -> None:
    copy = a_document("copy.pdf")
    assert handler(cached_event(cloud, context, copy), context)["status"] == "SUCCEEDED"
    result = stored(cloud, copy)
    assert result["document"] == copy.as_dict()
    assert result["cached_from"] == a_document("original.pdf").id
    assert result["fields"][0]["value"] == "21"
    assert (result["text_key"], result["redacted_key"]) == (f"text/{copy.id}.txt", f"redacted/{copy.id}.txt")
    assert cloud.read(result["redacted_key"]) == b"the [NAME]"
    assert cloud.item("index", copy.path)["result_key"] == f"results/{copy.id}.json"
    assert cloud.item("cache", "ab#configuration")["location"]["key"] == f"results/{a_document('original.pdf').id}.json"


def test_a_document_may_be_bound_to_its_own_earlier_result(cloud: Any, context: Any) -> None:
    own = a_document("original.pdf")
    assert handler(cached_event(cloud, context, own), context)["status"] == "SUCCEEDED"
    assert stored(cloud, own)["cached_from"] is None


def test_stored_documents_are_counted(cloud: Any, context: Any, printed: Callable[[], str]) -> None:
    handler(prepared(cloud, a_document()), context)
    handler(prepared(cloud, a_document("other"), review=APPROVED | {"outcome": "rejected"}), context)
    lines = printed()
    assert '"DocumentsStored":[1.0]' in lines
    assert '"DocumentsRejected":[1.0]' in lines


def test_the_expected_members_of_the_event_may_be_null(cloud: Any, context: Any) -> None:
    event = prepared(cloud, a_document(), enriched=False, review=None, enrichment=None)
    assert handler(event, context)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("service", "operation", "code", "named"),
    [
        ("s3", "get_object", "NoSuchKey", ConfigurationError),
        ("s3", "get_object", "SlowDown", TransientServiceError),
        ("dynamodb", "update_item", "ThrottlingException", TransientServiceError),
        ("dynamodb", "update_item", "ResourceNotFoundException", ConfigurationError),
    ],
)
def test_errors_of_aws_are_named(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], service: str, operation: str, code: str, named: type[Exception]
) -> None:
    event = prepared(cloud, a_document())
    stub(service).add_client_error(operation, code)
    with pytest.raises(named):
        handler(event, context)


def test_a_copy_that_fails_is_not_swallowed(cloud: Any, context: Any) -> None:
    event = prepared(cloud, a_document())
    cloud.s3.delete_object(Bucket="results-bucket", Key=f"work/{a_document().id}/1/text.txt")
    with pytest.raises(ConfigurationError):
        handler(event, context)
    with pytest.raises(ClientError):
        cloud.read(f"results/{a_document().id}.json")


# corrections


def test_a_correction_replaces_the_doubtful_field_of_its_key() -> None:
    fields = [field("Date", "a", 99.0, 1), field("Date", "b", 10.0, 2)]
    assert [found["value"] for found in corrected(fields, [1], [{"key": "Date", "value": "c"}])] == ["a", "c"]


def test_a_correction_with_a_page_replaces_the_field_on_that_page() -> None:
    fields = [field("Date", "a", 10.0, 1), field("Date", "b", 10.0, 2)]
    assert [found["value"] for found in corrected(fields, [0, 1], [{"key": "Date", "value": "c", "page": 2}])] == ["a", "c"]


def test_a_correction_of_a_certain_field_replaces_the_first() -> None:
    fields = [field("Date", "a", 99.0), field("Date", "b", 99.0)]
    assert [found["value"] for found in corrected(fields, [], [{"key": "Date", "value": "c"}])] == ["c", "b"]


def test_a_correction_of_a_missing_field_adds_it() -> None:
    added = {"key": "Tax", "value": "2", "confidence": 100.0, "page": 1, "source": "review"}
    assert corrected([], [], [{"key": "Tax", "value": "2"}]) == [added]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=6),
    st.lists(st.tuples(st.sampled_from("abcd"), st.text(max_size=3)), max_size=4),
)
def test_every_correction_is_found_in_the_result_and_no_field_is_lost(found: list[tuple[str, int]], wanted: list[tuple[str, str]]) -> None:
    fields = [field(key, "old", 10.0, page) for key, page in found]
    result = corrected(fields, list(range(len(fields))), [{"key": key, "value": value} for key, value in wanted])
    last = dict(wanted)
    assert len(result) >= len(fields)
    assert all(
        {"key": key, "value": value, "source": "review"}.items() <= next(f for f in result[::-1] if f["key"] == key).items()
        for key, value in last.items()
    )
