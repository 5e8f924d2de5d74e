"""Results are written into the caller's bucket."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.textract.jobs import Job, Result
from blueprints.local.stand_ins.textract.outputs import check_output, write_output

Aws = Callable[[str], Any]


def request(**members: Any) -> dict[str, Any]:
    return {
        "DocumentLocation": {"S3Object": {"Bucket": "documents", "Name": "a.pdf"}},
        "OutputConfig": {"S3Bucket": "documents", **members},
    }


def names(aws: Aws) -> list[str]:
    return [entry["Key"] for entry in aws("s3").list_objects_v2(Bucket="documents").get("Contents", [])]


def test_access_is_checked_with_an_empty_object(aws: Aws) -> None:
    check_output(request(S3Prefix="out"), "job", aws)
    check_output(request(), "job", aws)
    assert names(aws) == ["out/job/.s3_access_check", "textract_output/job/.s3_access_check"]


def test_refuses_a_bucket_that_is_not_there(aws: Aws) -> None:
    with pytest.raises(StandInError, match="InvalidS3ObjectException"):
        check_output(request(S3Bucket="no-such-bucket"), "job", aws)


@pytest.mark.parametrize(("items", "parts"), [(0, 1), (1, 1), (1000, 1), (1001, 2)])
def test_every_part_is_an_object(items: int, parts: int, aws: Aws) -> None:
    result = Result([{"n": number} for number in range(items)], 1)
    write_output(Job("job", "StartDocumentAnalysis", request(S3Prefix="out"), status="SUCCEEDED", result=result), aws)
    assert names(aws) == [f"out/job/{number}" for number in range(1, parts + 1)]
    contents = [json.loads(aws("s3").get_object(Bucket="documents", Key=name)["Body"].read()) for name in names(aws)]
    assert [block for content in contents for block in content["Blocks"]] == result.items


def test_a_job_without_a_result_writes_nothing(aws: Aws) -> None:
    write_output(Job("job", "StartDocumentAnalysis", request(), status="FAILED"), aws)
    assert names(aws) == []


def test_results_are_encrypted_with_the_callers_key(aws: Aws) -> None:
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    check_output({**request(), "KMSKeyId": key}, "job", aws)
    assert aws("s3").head_object(Bucket="documents", Key="textract_output/job/.s3_access_check")["SSEKMSKeyId"] == key
