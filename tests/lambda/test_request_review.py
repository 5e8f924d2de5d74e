import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from documents import reviews
from documents.errors import TransientServiceError
from documents.naming import Document
from request_review import logic
from request_review.handler import handler

DOCUMENT = Document.identify(bucket="documents-bucket", key="ü b+c.pdf", version_id="v1", etag="e", sequencer="0A", size=10)
REVIEW = f"{DOCUMENT.id}-1"
DECISION = {"decision": "approve", "reviewer": "r", "corrections": [], "comment": "", "caller": "arn"}


def field(number: int, value: str = "v") -> dict[str, Any]:
    return {"key": f"key {number}", "value": value, "confidence": 50.5, "page": 1, "source": "document"}


@pytest.fixture
def event(cloud: Any) -> dict[str, Any]:
    assembly = {"fields": [field(0), field(1), field(2)], "low_confidence": [0, 2]}
    location = cloud.write(f"work/{DOCUMENT.id}/1/assembly.json", assembly)
    return {"document": DOCUMENT.as_dict(), "attempt": 1, "assembly": {"location": location}, "task_token": "token"}


def test_a_review_holds_the_fields_in_doubt_and_the_token(cloud: Any, context: Any, event: dict[str, Any]) -> None:
    assert handler(event, context) == {"review_id": REVIEW}
    review = cloud.item("reviews", REVIEW)
    assert review["fields"] == [field(0), field(2)]
    assert review["fields_total"] == 2
    assert review["document"] == DOCUMENT.as_dict()
    assert (review["status"], review["task_token"]) == ("PENDING", "token")
    assert "expires_at" not in review


def test_reviewers_hear_of_it_without_the_token(cloud: Any, context: Any, event: dict[str, Any]) -> None:
    handler(event, context)
    (message,) = cloud.messages(cloud.review_queue)
    assert message == {"review_id": REVIEW, "document_id": DOCUMENT.id, "bucket": "documents-bucket", "key": "ü b+c.pdf", "fields": 2}


def test_a_review_is_counted(cloud: Any, context: Any, event: dict[str, Any], printed: Callable[[], str]) -> None:
    handler(event, context)
    assert '"ReviewsRequested":[1.0]' in printed()


def test_a_repeated_request_announces_nothing_twice_and_takes_the_new_token(cloud: Any, context: Any, event: dict[str, Any]) -> None:
    handler(event, context)
    handler(event | {"task_token": "newer"}, context)
    assert len(cloud.messages(cloud.review_queue)) == 1
    assert cloud.item("reviews", REVIEW)["task_token"] == "newer"


def test_a_request_that_broke_off_before_its_message_is_completed(
    cloud: Any, context: Any, event: dict[str, Any], stub: Callable[[str], Stubber]
) -> None:
    stub("sqs").add_client_error("send_message", "RequestThrottled")
    with pytest.raises(TransientServiceError):
        handler(event, context)
    stub("sqs").deactivate()
    handler(event, context)
    assert len(cloud.messages(cloud.review_queue)) == 1


def test_a_decision_that_was_not_delivered_answers_the_new_token(
    cloud: Any, context: Any, event: dict[str, Any], stub: Callable[[str], Stubber]
) -> None:
    handler(event, context)
    reviews.decide("reviews", REVIEW, DECISION)
    output = {"outcome": "approved", "reviewer": "r", "corrections": [], "comment": ""}
    stub("stepfunctions").add_response("send_task_success", {}, {"taskToken": "newer", "output": json.dumps(output)})
    handler(event | {"task_token": "newer"}, context)
    assert cloud.item("reviews", REVIEW)["status"] == "DECIDED"
    assert len(cloud.messages(cloud.review_queue)) == 1


def test_an_expired_review_opens_again_for_a_new_task(cloud: Any, context: Any, event: dict[str, Any]) -> None:
    handler(event, context)
    reviews.expire("reviews", REVIEW)
    handler(event | {"task_token": "newer"}, context)
    assert cloud.item("reviews", REVIEW)["status"] == "PENDING"


def test_records_go_when_retention_says_so(cloud: Any, context: Any, event: dict[str, Any], setting: Callable[..., None]) -> None:
    setting(RETENTION_DAYS="30")
    handler(event, context)
    assert cloud.item("reviews", REVIEW)["expires_at"] > 0


def test_a_record_holds_no_more_fields_than_fit_and_tells_their_number(
    cloud: Any, context: Any, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {"fields": [field(number, "ü" * 1_000) for number in range(300)], "low_confidence": list(range(300))}
    cloud.write(event["assembly"]["location"]["key"], many)
    handler(event, context)
    review = cloud.item("reviews", REVIEW)
    assert review["fields_total"] == 300
    assert 95 <= len(review["fields"]) == logic.FIELDS_BYTES // 2_080
    assert review["assembly"] == event["assembly"]["location"]


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
def test_a_throttled_table_is_worth_a_retry(context: Any, event: dict[str, Any], stub: Callable[[str], Stubber], code: str) -> None:
    stub("dynamodb").add_client_error("update_item", code)
    with pytest.raises(TransientServiceError):
        handler(event, context)
