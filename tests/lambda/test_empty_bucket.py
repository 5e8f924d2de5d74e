import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

import custom_resources
from empty_bucket import logic
from empty_bucket.handler import handler

BUCKET = "documents-bucket"
ARN = f"arn:aws:s3:::{BUCKET}"
KEYS = ["plain.pdf", "with space.pdf", "plus+sign.pdf", "ünïcode.pdf", "folder/"]


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        logic.s3.cache_clear()
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client
        logic.s3.cache_clear()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(custom_resources, "_send", lambda _url, answer: sent.append(answer))
    return sent


def fill(s3: Any) -> None:
    """Two versions and a delete marker per key."""
    for key in KEYS:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"one")
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"two")
        s3.delete_object(Bucket=BUCKET, Key=key)


def left(s3: Any) -> int:
    found = s3.list_object_versions(Bucket=BUCKET)
    return len(found.get("Versions", [])) + len(found.get("DeleteMarkers", []))


def request(kind: str, bucket: str = BUCKET) -> dict[str, Any]:
    properties = {"BucketName": bucket, "BucketArn": f"arn:aws:s3:::{bucket}"}
    names = dict.fromkeys(["ResponseURL", "StackId", "RequestId", "LogicalResourceId"], "x")
    return {**names, "RequestType": kind, "ResourceProperties": properties}


def context(seconds: float = 900) -> Any:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000, log_stream_name="stream")


def test_every_version_and_delete_marker_goes(s3: Any, answers: list[dict[str, Any]]) -> None:
    fill(s3)
    handler(request("Delete"), context())
    assert left(s3) == 0
    assert [(answer["Status"], answer["PhysicalResourceId"]) for answer in answers] == [("SUCCESS", BUCKET)]


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_nothing_goes_before_the_deletion(s3: Any, answers: list[dict[str, Any]], kind: str) -> None:
    fill(s3)
    handler(request(kind), context())
    assert left(s3) == 3 * len(KEYS)
    assert [answer["Status"] for answer in answers] == ["SUCCESS"]


def test_a_bucket_that_is_gone_is_empty(s3: Any, answers: list[dict[str, Any]]) -> None:
    handler(request("Delete", "no-such-bucket"), context())
    assert [answer["Status"] for answer in answers] == ["SUCCESS"]


def test_more_than_a_page_goes(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logic, "PAGE", 4)
    fill(s3)
    assert logic.empty(BUCKET, ARN, seconds_left=lambda: 900) == 3 * len(KEYS)
    assert left(s3) == 0


def test_new_objects_are_denied_first_and_the_policy_stays(s3: Any) -> None:
    kept = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"{ARN}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [kept]}))
    logic.empty(BUCKET, ARN, seconds_left=lambda: 900)
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert policy["Statement"] == [kept, {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"{ARN}/*"}]


def test_a_bucket_without_a_policy_gets_the_denial(s3: Any) -> None:
    logic.empty(BUCKET, ARN, seconds_left=lambda: 900)
    assert len(json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]) == 1


def test_it_stops_in_time_and_says_what_to_do(s3: Any, answers: list[dict[str, Any]]) -> None:
    fill(s3)
    handler(request("Delete"), context(seconds=59))
    (answer,) = answers
    assert answer["Status"] == "FAILED"
    assert "0 versions are deleted and more are left: delete the stack again" in answer["Reason"]


def test_a_refused_object_fails_the_deletion_without_naming_it(s3: Any) -> None:
    with Stubber(logic.s3()) as stub:
        stub.add_response("delete_objects", {"Errors": [{"Key": "secret name", "Code": "AccessDenied"}]})
        with pytest.raises(logic.NotEmptiedError, match=r"^1 versions couldn't be deleted, the first with AccessDenied$"):
            logic.delete(BUCKET, [{"Key": "secret name", "VersionId": "1"}])


@pytest.mark.parametrize("operation", ["get_bucket_policy", "put_bucket_policy", "list_object_versions", "delete_objects"])
@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown", "ThrottlingException"])
def test_an_error_of_any_call_fails_the_deletion(s3: Any, monkeypatch: pytest.MonkeyPatch, operation: str, code: str) -> None:
    fill(s3)

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code}}, operation)

    monkeypatch.setattr(logic.s3(), operation, fail)
    with pytest.raises(ClientError, match=code):
        logic.empty(BUCKET, ARN, seconds_left=lambda: 900)
