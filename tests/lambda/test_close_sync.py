from typing import Any

import pytest

from close_sync.handler import handler
from documents.errors import MalformedEvent


def ended(status: str = "ABORTED", **changes: Any) -> dict[str, Any]:
    detail = {"executionArn": "arn", "stateMachineArn": "arn", "name": "run", "status": status, "input": "{}", **changes}
    return {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}


def hold(cloud: Any, *, holder: str | None = "run", wanted: int = 3, taken: int = 3) -> None:
    item = {"pk": {"S": "sync"}, "wanted": {"N": str(wanted)}, "taken": {"N": str(taken)}}
    cloud.dynamodb.put_item(TableName="sync", Item=item | ({"holder": {"S": holder}, "held_until": {"N": "99999999999"}} if holder else {}))


@pytest.mark.parametrize("status", ["ABORTED", "FAILED", "TIMED_OUT"])
def test_the_knowledge_base_is_freed(cloud: Any, context: Any, status: str) -> None:
    hold(cloud)
    assert handler(ended(status), context) == {"asked_again": False}
    assert cloud.item("sync", "sync") == {"pk": "sync", "wanted": 3, "taken": 3}
    assert cloud.messages(cloud.changes) == []


def test_changes_that_the_run_did_not_take_are_asked_for_again(cloud: Any, context: Any) -> None:
    hold(cloud, wanted=4)
    assert handler(ended(), context) == {"asked_again": True}
    attributes = cloud.sqs.get_queue_attributes(QueueUrl=cloud.changes, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesDelayed"] == "1"


def test_a_run_that_left_before_it_failed_frees_nobody(cloud: Any, context: Any) -> None:
    hold(cloud, holder="next", wanted=4)
    assert handler(ended("FAILED"), context) == {"asked_again": False}
    assert cloud.item("sync", "sync")["holder"] == "next"


def test_what_was_left_over_is_asked_for_though_the_item_was_free_already(cloud: Any, context: Any) -> None:
    hold(cloud, holder=None, wanted=4)
    assert handler(ended("FAILED"), context) == {"asked_again": True}


def test_a_run_that_never_had_an_item_leaves_nothing_to_do(cloud: Any, context: Any) -> None:
    assert handler(ended("FAILED"), context) == {"asked_again": False}


@pytest.mark.parametrize("event", [ended("SUCCEEDED"), ended("RUNNING"), ended(name=None), ended(name=""), {"detail": {}}])
def test_other_events_are_refused(cloud: Any, context: Any, event: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent, match="MALFORMED_EVENT"):
        handler(event, context)
