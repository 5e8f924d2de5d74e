import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from documents import tables
from documents.errors import MalformedEvent
from record_inference.handler import handler
from record_inference.notices import parse
from submit_inference.handler import handler as submit
from tests.async_fakes import Endpoint, a_notice, an_upload, batch, counted, failed, identity

ID = identity()
FIRST = f"{ID}-1"


@pytest.fixture
def submitted(cloud: Any, endpoint: Endpoint, context: Any, printed: Callable[[], str]) -> None:
    submit(batch(an_upload()), context)
    printed()


def row(cloud: Any) -> dict[str, Any]:
    found: dict[str, Any] = cloud.item("inferences", ID)
    return found


def enveloped(notice: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Notification", "MessageId": "m", "TopicArn": "arn", "Message": json.dumps(notice), "Timestamp": "t"}


@pytest.mark.parametrize("wrap", [enveloped, dict], ids=["in SNS's envelope", "raw"])
def test_an_answer_is_recorded_with_its_place(
    submitted: None, cloud: Any, context: Any, printed: Callable[[], str], wrap: Callable[[Any], Any]
) -> None:
    assert failed(handler(batch(wrap(a_notice(FIRST))), context)) == []
    found = row(cloud)
    assert (found["status"], found["output_location"]) == ("SUCCEEDED", f"s3://results/output/{FIRST}.out")
    assert found["completed_at"] >= found["submitted_at"]
    assert "failure_location" not in found
    assert cloud.messages(cloud.failed) == []
    assert counted(printed())["InferencesSucceeded"] == 1.0


def test_without_a_place_in_the_notice_the_one_of_the_request_stays(submitted: None, cloud: Any, context: Any) -> None:
    handler(batch(a_notice(FIRST, responseParameters=None)), context)
    assert row(cloud)["output_location"] == f"s3://results/output/{FIRST}.out"


def test_a_failure_is_recorded_with_its_reason_and_told_once(submitted: None, cloud: Any, context: Any, printed: Callable[[], str]) -> None:
    notice = a_notice(FIRST, status="Failed")
    assert failed(handler(batch(notice, notice), context)) == []
    found = row(cloud)
    assert (found["status"], found["reason"]["code"]) == ("FAILED", "ClientError")
    assert found["reason"]["message"].startswith("Received server error (500)")
    assert found["failure_location"] == f"s3://results/failed/{FIRST}.out"
    (told,) = cloud.messages(cloud.failed)
    assert told["attempt"] == 2
    assert told["rejection"] | {"at": ""} == {"inference": ID, "attempt": 1, "status": "FAILED", "at": "", **found["reason"]}
    numbers = counted(printed())
    assert (numbers["InferencesFailed"], numbers["RepeatedNotices"]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ("ModelError: no", "ModelError", "no"),
        ("no colon at all", "InvocationFailed", "no colon at all"),
        ("with space: x", "InvocationFailed", "with space: x"),
        ("", "InvocationFailed", "SageMaker gave no reason."),
        (None, "InvocationFailed", "SageMaker gave no reason."),
        ("ClientError: " + "x" * 900, "ClientError", "x" * 500),
    ],
)
def test_any_reason_is_told_by_a_code_and_a_sentence(given: str | None, code: str, message: str) -> None:
    notice = parse(json.dumps(a_notice(FIRST, status="Failed", failureReason=given)))
    assert notice.reason == {"code": code, "message": message}


def test_a_failure_that_nobody_was_told_of_is_told_when_the_notice_comes_again(submitted: None, cloud: Any, context: Any) -> None:
    handler(batch(a_notice(FIRST, status="Failed")), context)
    tables.update("inferences", {"inference": ID}, {"notified": "not yet"})
    handler(batch(a_notice(FIRST, status="Failed")), context)
    assert len(cloud.messages(cloud.failed)) == 2


def test_an_answer_wins_over_a_failure_whichever_comes_first(submitted: None, cloud: Any, context: Any) -> None:
    handler(batch(a_notice(FIRST, status="Failed"), a_notice(FIRST)), context)
    assert row(cloud)["status"] == "SUCCEEDED"
    assert "reason" not in row(cloud)
    handler(batch(a_notice(FIRST, status="Failed")), context)
    assert row(cloud)["status"] == "SUCCEEDED"


def test_a_late_failure_of_an_earlier_attempt_does_not_end_the_next_one(
    submitted: None, cloud: Any, endpoint: Endpoint, context: Any
) -> None:
    handler(batch(a_notice(FIRST, status="Failed")), context)
    submit(batch(an_upload(attempt=2)), context)
    assert failed(handler(batch(a_notice(FIRST, status="Failed")), context)) == []
    assert row(cloud)["status"] == "SUBMITTED"


@pytest.mark.parametrize("inference_id", ["11111111-2222-3333-4444-555555555555", f"{ID}-0", f"{ID}-x", f"{ID}", "x"])
def test_requests_of_others_have_no_row(cloud: Any, context: Any, printed: Callable[[], str], inference_id: str) -> None:
    assert failed(handler(batch(a_notice(inference_id)), context)) == []
    assert counted(printed()) == {"UnknownNotices": 1.0}


@pytest.mark.parametrize("ending", ["Completed", "Failed"])
def test_a_notice_of_a_row_that_has_gone_makes_no_new_one(cloud: Any, context: Any, printed: Callable[[], str], ending: str) -> None:
    assert failed(handler(batch(a_notice(FIRST, status=ending)), context)) == []
    assert row(cloud) == {}
    assert counted(printed()) == {"RepeatedNotices": 1.0}


MALFORMED: list[Any] = [
    "",
    "[]",
    "null",
    "{}",
    {"Message": "no json"},
    {"Message": 7},
    a_notice(FIRST, invocationStatus="Pending"),
    a_notice(FIRST, inferenceId=7),
    a_notice(FIRST, responseParameters="x"),
    a_notice(FIRST, responseParameters={"outputLocation": 7}),
    a_notice(FIRST, status="Failed", failureReason=7),
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_notice_is_refused(body: Any) -> None:
    with pytest.raises(MalformedEvent, match="MALFORMED_NOTICE"):
        parse(body if isinstance(body, str) else json.dumps(body))


def test_a_malformed_notice_fails_alone(submitted: None, cloud: Any, context: Any) -> None:
    assert failed(handler(batch("x", a_notice(FIRST)), context)) == ["message-0"]
    assert row(cloud)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException", "AccessDeniedException"])
def test_a_notice_that_could_not_be_recorded_comes_again(variables: None, context: Any, stub: Callable[[str], Stubber], code: str) -> None:
    stub("dynamodb").add_client_error("update_item", code)
    assert failed(handler(batch(a_notice(FIRST)), context)) == ["message-0"]


def test_messages_are_handed_back_when_time_runs_out(submitted: None, cloud: Any, context: Any) -> None:
    context.remaining_ms = 1_000
    assert failed(handler(batch(a_notice(FIRST)), context)) == ["message-0"]
    assert row(cloud)["status"] == "SUBMITTED"
