"""Captured requests as JSON lines."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from blueprints.local.sagemaker import capture
from blueprints.local.sagemaker.capture import Captured
from blueprints.local.sagemaker.running import Invocation, Reply
from tests.blueprints.local.serving import Served

NOW = datetime(2026, 11, 21, 17, 5, 9, 123000, tzinfo=UTC)


def config(*modes: str, **more: Any) -> dict[str, Any]:
    options = [{"CaptureMode": mode} for mode in modes or ("InputAndOutput",)]
    return {"InitialSamplingPercentage": 100, "EnableCapture": True, "CaptureOptions": options, "DestinationS3Uri": "s3://data/c", **more}


def captured(content_type: str = "text/csv", body: bytes = b"1,2") -> Captured:
    return Captured("e", "v", Invocation(body, content_type), Reply("application/json", (b"{}",)), None)


def test_a_line_has_both_sides_and_when() -> None:
    line = capture.line(config(), captured(), NOW)
    assert line["captureData"] == {
        "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "1,2", "encoding": "CSV"},
        "endpointOutput": {"observedContentType": "application/json", "mode": "OUTPUT", "data": "{}", "encoding": "JSON"},
    }
    assert line["eventMetadata"]["inferenceTime"] == "2026-11-21T17:05:09Z"
    assert line["eventVersion"] == "0"


def test_one_side_is_captured_alone() -> None:
    assert list(capture.line(config("Output"), captured(), NOW)["captureData"]) == ["endpointOutput"]
    assert list(capture.line(config("Input"), captured(), NOW)["captureData"]) == ["endpointInput"]


@pytest.mark.parametrize(
    ("content_type", "body", "header", "encoding"),
    [
        ("text/csv; charset=utf-8", b"1", {}, "CSV"),
        ("application/x-image", b"\xff\x00", {}, "BASE64"),
        ("text/csv", b"\xff\x00", {}, "BASE64"),
        ("text/own", b"1", {"CsvContentTypes": ["text/own"]}, "CSV"),
        ("application/own", b"{}", {"JsonContentTypes": ["application/own"]}, "JSON"),
        ("text/csv", b"1", {"JsonContentTypes": ["application/own"]}, "BASE64"),
    ],
)
def test_content_types_decide_how_data_is_written(content_type: str, body: bytes, header: dict[str, Any], encoding: str) -> None:
    found = capture.line(config(CaptureContentTypeHeader=header), captured(content_type, body), NOW)["captureData"]["endpointInput"]
    assert found["encoding"] == encoding
    assert found["data"] == (base64.b64encode(body).decode() if encoding == "BASE64" else body.decode())


def test_a_part_of_the_requests_is_captured() -> None:
    assert capture.chosen(config())
    assert not capture.chosen(config(InitialSamplingPercentage=0))
    assert not capture.chosen(config(EnableCapture=False))


def test_files_are_encrypted_with_the_key_that_is_named(served: Served) -> None:
    capture.write(config(KmsKeyId="key"), captured(), served.aws)
    [key] = served.keys("c/e/v/")
    assert served.aws.s3.options[key]["SSEKMSKeyId"] == "key"


def test_a_role_that_may_not_write_is_told_in_the_log(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    served.aws.s3.denied = ["c/"]
    capture.write(config(), captured(), served.aws)
    assert "data of endpoint e could not be captured" in caplog.text
