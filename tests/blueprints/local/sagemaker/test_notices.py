"""What topics are told of asynchronous requests."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from blueprints.local.sagemaker.notices import MAX_INCLUDED_BYTES, Outcome, is_included, notice, publish, topic_of
from tests.blueprints.local.serving import Served

RECEIVED = datetime(2026, 11, 21, 17, 5, 9, 123000, tzinfo=UTC)
REQUEST = {"EndpointName": "e", "ContentType": "text/csv", "InputLocation": "s3://data/in", "InferenceId": "i"}
CONFIG = {
    "OutputConfig": {
        "NotificationConfig": {"SuccessTopic": "good", "ErrorTopic": "bad", "IncludeInferenceResponseIn": ["ERROR_NOTIFICATION_TOPIC"]}
    }
}


def told(outcome: Outcome, *, included: bool = False) -> dict[str, Any]:
    found = notice(REQUEST, "i", RECEIVED, outcome, included=included)
    assert found.pop("eventTime").endswith("Z")
    return found


def test_success_is_told_in_sagemakers_form() -> None:
    assert told(Outcome("", "s3://data/out/a.out", "text/csv", b"1")) == {
        "awsRegion": "us-east-1",
        "receivedTime": "2026-11-21T17:05:09.123Z",
        "invocationStatus": "Completed",
        "requestParameters": {"contentType": "text/csv", "endpointName": "e", "inputLocation": "s3://data/in"},
        "responseParameters": {"contentType": "text/csv", "outputLocation": "s3://data/out/a.out"},
        "inferenceId": "i",
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }


def test_failure_is_told_with_its_reason() -> None:
    found = told(Outcome("ClientError: no"))
    assert (found["invocationStatus"], found["failureReason"]) == ("Failed", "ClientError: no")
    assert "responseParameters" not in found


def test_small_answers_are_included_where_that_is_wanted() -> None:
    assert base64.b64decode(told(Outcome(body=b"1"), included=True)["responseBody"]["content"]) == b"1"
    assert "responseBody" not in told(Outcome(body=b"1"))
    assert "responseBody" not in told(Outcome(body=b"1" * (MAX_INCLUDED_BYTES + 1)), included=True)
    assert is_included(CONFIG, failed=True)
    assert not is_included(CONFIG, failed=False)


def test_each_outcome_has_its_topic(served: Served) -> None:
    publish(CONFIG, told(Outcome()), served.aws)
    publish(CONFIG, told(Outcome("no")), served.aws)
    publish({"OutputConfig": {}}, told(Outcome()), served.aws)
    assert [topic for topic, _ in served.aws.sns.published] == ["good", "bad"]
    assert topic_of({}, failed=True) is None


def test_a_role_that_may_not_publish_is_told_in_the_log(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    served.aws.sns.refuses = True
    publish(CONFIG, told(Outcome()), served.aws)
    assert "SageMaker could not publish to good" in caplog.text
