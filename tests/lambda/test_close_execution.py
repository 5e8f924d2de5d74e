import json
from typing import Any

import pytest

from close_execution.handler import handler
from documents import index, reviews
from documents.errors import MalformedEvent
from documents.naming import Document
from record_rejection.handler import handler as record_rejection

DOCUMENT = Document.identify(bucket="documents-bucket", key="ü b+c.pdf", version_id="v1", etag="e", sequencer="0A", size=10)
EVENT = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": "ü b+c.pdf"}}}
NAME = f"{DOCUMENT.id}-1"


def ended(status: str = "TIMED_OUT", **changes: Any) -> dict[str, Any]:
    given = json.dumps({"document": DOCUMENT.as_dict(), "attempt": 1, "event": EVENT})
    detail = {"executionArn": "arn", "stateMachineArn": "arn", "name": NAME, "status": status, "input": given, "output": None, **changes}
    return {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}


def holders(cloud: Any) -> list[str]:
    item = cloud.dynamodb.get_item(TableName="jobs", Key={"pk": {"S": "slots"}}).get("Item", {})
    return list(item.get("holders", {}).get("SS", ()))


@pytest.mark.parametrize("status", ["TIMED_OUT", "ABORTED", "FAILED"])
def test_the_slot_is_freed_and_the_document_recorded_as_failed(cloud: Any, context: Any, status: str) -> None:
    cloud.dynamodb.put_item(TableName="jobs", Item={"pk": {"S": "slots"}, "holders": {"SS": [NAME, "other-1"]}})
    assert handler(ended(status), context) == {"recorded": True}
    assert holders(cloud) == ["other-1"]
    row = cloud.item("index", DOCUMENT.path)
    assert (row["status"], row["reason"]["code"]) == ("FAILED", status)
    (message,) = cloud.messages(cloud.rejected)
    assert (message["attempt"], message["detail"]) == (2, EVENT["detail"])


def test_a_repeated_event_has_one_effect(cloud: Any, context: Any) -> None:
    handler(ended(), context)
    assert handler(ended(), context) == {"recorded": False}
    assert len(cloud.messages(cloud.rejected)) == 1


def test_a_failure_that_the_execution_recorded_itself_keeps_its_reason(cloud: Any, context: Any) -> None:
    reason = {"code": "CORRUPT", "message": "m"}
    record_rejection({"document": DOCUMENT.as_dict(), "attempt": 1, "event": EVENT, "status": "FAILED", "reason": reason}, context)
    assert handler(ended("FAILED"), context) == {"recorded": False}
    assert cloud.item("index", DOCUMENT.path)["reason"] == reason
    assert len(cloud.messages(cloud.rejected)) == 1


def test_a_result_that_was_stored_before_the_end_is_kept(cloud: Any, context: Any) -> None:
    index.record("index", DOCUMENT, 1, "SUCCEEDED", {})
    assert handler(ended(), context) == {"recorded": False}
    assert cloud.item("index", DOCUMENT.path)["status"] == "SUCCEEDED"


def test_a_late_event_of_an_earlier_attempt_is_ignored(cloud: Any, context: Any) -> None:
    index.record("index", DOCUMENT, 2, "FAILED", {})
    assert handler(ended("ABORTED"), context) == {"recorded": False}


def test_a_review_that_was_open_is_closed(cloud: Any, context: Any) -> None:
    reviews.open_review("reviews", NAME, {}, task_token="t", retention_days=0)
    handler(ended("ABORTED"), context)
    assert cloud.item("reviews", NAME)["status"] == "EXPIRED"


def test_an_input_that_the_event_leaves_out_is_asked_for(cloud: Any, context: Any) -> None:
    given = json.loads(ended()["detail"]["input"])
    execution = cloud.stepfunctions.start_execution(stateMachineArn=cloud.state_machine(), name=NAME, input=json.dumps(given))
    assert handler(ended(input=None, executionArn=execution["executionArn"]), context) == {"recorded": True}
    assert cloud.item("index", DOCUMENT.path)["reason"]["code"] == "TIMED_OUT"


@pytest.mark.parametrize(
    "event",
    [ended("SUCCEEDED"), ended("RUNNING"), ended(input="no json"), ended(input="{}"), ended(input='{"document": {}}')],
)
def test_an_event_that_is_no_failed_end_is_an_error(cloud: Any, context: Any, event: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent):
        handler(event, context)
    assert cloud.messages(cloud.rejected) == []
