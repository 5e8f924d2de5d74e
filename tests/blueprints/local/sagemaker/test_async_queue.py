"""Requests to asynchronous endpoints wait, are answered and told of."""

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.sagemaker import limits
from tests.blueprints.local.serving import UNKNOWN_IMAGE, Served
from tests.waiting import until

TOPICS = {"SuccessTopic": "arn:aws:sns:us-east-1:123456789012:good", "ErrorTopic": "arn:aws:sns:us-east-1:123456789012:bad"}
OUTPUT = {"S3OutputPath": "s3://data/out/", "S3FailurePath": "s3://data/failed", "NotificationConfig": TOPICS}


def serve(served: Served, **client: Any) -> None:
    served.endpoint(AsyncInferenceConfig={"OutputConfig": OUTPUT, "ClientConfig": client})
    served.put("in/a", b"x")


def submit(served: Served, **request: Any) -> dict[str, Any]:
    given = request if "Body" in request or "InputLocation" in request else {"InputLocation": "s3://data/in/a", **request}
    answer: dict[str, Any] = served.runtime.invoke_endpoint_async(EndpointName="e", ContentType="text/csv", **given)
    return answer


def outcome(served: Served, number: int = 1) -> dict[str, Any]:
    until(lambda: len(served.aws.sns.published) >= number)
    topic, told = served.aws.sns.published[number - 1]
    assert topic == TOPICS["ErrorTopic" if told["invocationStatus"] == "Failed" else "SuccessTopic"]
    return told


def test_the_answer_lies_where_the_caller_was_told(served: Served) -> None:
    serve(served)
    taken = submit(served, InferenceId="mine")
    assert taken["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert taken["InferenceId"] == "mine"
    told = outcome(served)
    assert (told["inferenceId"], told["responseParameters"]["outputLocation"]) == ("mine", taken["OutputLocation"])
    assert served.got(taken["OutputLocation"].removeprefix("s3://data/")) == b"a:x"
    assert taken["FailureLocation"].startswith("s3://data/failed/")
    assert served.containers[0].asked[0][3]["timeout"] == str(limits.ASYNC_SECONDS)


def test_input_may_come_with_the_request_and_answers_have_names(served: Served) -> None:
    serve(served)
    taken = submit(served, Body=b"y", Filename="mine.out", S3OutputPathExtension="deep/er", InvocationTimeoutSeconds=7)
    assert taken["OutputLocation"] == "s3://data/out/deep/er/mine.out"
    assert taken["InferenceId"]
    assert "inputLocation" not in outcome(served)["requestParameters"]
    assert served.got("out/deep/er/mine.out") == b"a:y"
    assert served.containers[0].asked[0][3]["timeout"] == "7"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"Body": b"1", "InputLocation": "s3://data/in/a"}, "Exactly one of Body and InputLocation must be given"),
        ({"Body": b""}, "Exactly one of Body and InputLocation must be given"),
        ({"Body": b"1" * 128_001}, "Body must have 128000 bytes at most, got 128001"),
    ],
)
def test_requests_that_are_none_are_refused(served: Served, request_: dict[str, Any], message: str) -> None:
    serve(served)
    with pytest.raises(ClientError, match=rf"\(ValidationError\).*{message}"):
        submit(served, **request_)


def test_endpoints_are_asked_in_their_own_way(served: Served) -> None:
    serve(served)
    with pytest.raises(ClientError, match="is asynchronous: it must be invoked with InvokeEndpointAsync"):
        served.ask()
    served.endpoint(name="f")
    with pytest.raises(ClientError, match="is not asynchronous: it must be invoked with InvokeEndpoint"):
        served.runtime.invoke_endpoint_async(EndpointName="f", InputLocation="s3://data/in/a")


@pytest.mark.parametrize(
    ("body", "reason", "said"),
    [
        (b"415", "ClientError: Received client error (415) from model. See the SageMaker Endpoint logs", b"a:415"),
        (b"500", "ClientError: Received server error (500) from model. See the SageMaker Endpoint logs", b"a:500"),
        (b"slow", "ClientError: Received server error (0) from model.", b"Your invocation timed out"),
    ],
)
def test_what_a_failing_model_says_lies_at_the_failure_path(served: Served, body: bytes, reason: str, said: bytes) -> None:
    serve(served)
    taken = submit(served, Body=body)
    told = outcome(served)
    assert told["failureReason"].startswith(reason)
    assert told["responseParameters"]["outputLocation"] == taken["FailureLocation"]
    assert served.got(taken["FailureLocation"].removeprefix("s3://data/")).startswith(said)
    assert served.told()["InvocationFailures"] == [1]


@pytest.mark.parametrize(
    ("denied", "location", "reason"),
    [
        ("-", "s3://data/gone", "Unable to download the input s3://data/gone: .*NoSuchKey"),
        ("in/", "s3://data/in/a", "Unable to download the input s3://data/in/a: .*AccessDenied"),
        ("out/", "s3://data/in/a", "Unable to upload the response to s3://data/out/.*AccessDenied"),
    ],
)
def test_what_the_role_may_not_read_or_write_is_the_requests_failure(served: Served, denied: str, location: str, reason: str) -> None:
    serve(served)
    served.aws.s3.denied = [denied]
    submit(served, InputLocation=location)
    assert pytest.RaisesExc(Exception, match=reason).matches(Exception(outcome(served)["failureReason"]))


def test_too_large_input_is_the_requests_failure(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(served)
    monkeypatch.setattr(limits, "ASYNC_BYTES", 0)
    submit(served)
    assert "The input has 1 bytes, which is more than 0" in outcome(served)["failureReason"]


def test_a_failure_that_can_not_be_written_is_told_all_the_same(served: Served) -> None:
    serve(served)
    served.aws.s3.denied = ["failed/"]
    submit(served, Body=b"500")
    assert "responseParameters" not in outcome(served)


def test_requests_that_waited_too_long_expire(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(served)
    monkeypatch.setattr(limits, "ASYNC_AGE_SECONDS", -1)
    submit(served)
    assert "in the queue for longer than RequestTTLSeconds allows" in outcome(served)["failureReason"]
    assert served.told()["ExpiredRequests"] == [1]


def test_requests_wait_for_each_other_and_the_backlog_is_told(served: Served) -> None:
    serve(served, MaxConcurrentInvocationsPerInstance=1)
    container = served.containers[0]
    container.held.clear()
    for _ in range(3):
        submit(served)
    until(lambda: container.asked)
    assert len(container.asked) == 1
    assert max(served.told()["ApproximateBacklogSize"]) >= 2
    container.held.set()
    outcome(served, 3)
    told = served.told()
    assert told["InvocationsProcessed"] == [1, 1, 1]
    assert told["ApproximateBacklogSizePerInstance"][-1] == 0
    assert {"HasBacklogWithoutCapacity", "TimeInBacklog", "TotalProcessingTime", "ApproximateAgeOfOldestRequest"} < told.keys()
    assert "Invocations" not in told


def test_requests_end_with_their_endpoint(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    serve(served, MaxConcurrentInvocationsPerInstance=1)
    served.containers[0].held.clear()
    submit(served)
    submit(served)
    until(lambda: served.containers[0].asked)
    served.sagemaker.delete_endpoint(EndpointName="e")
    served.containers[0].held.set()
    until(lambda: "ended with its endpoint e" in caplog.text)
    assert len(served.aws.sns.published) == 1


def test_an_image_without_a_program_is_the_requests_failure(served: Served) -> None:
    served.model("m", {"Image": UNKNOWN_IMAGE})
    serve(served)
    submit(served)
    assert "has no program that stands in for the image" in outcome(served)["failureReason"]


def test_no_thread_is_left_when_nothing_waits(served: Served) -> None:
    serve(served)
    submit(served)
    outcome(served)
    until(lambda: not any(thread.name == "async-e" for thread in threading.enumerate()))
