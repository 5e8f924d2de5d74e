"""Batch transform jobs as clients meet them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.blueprints.local.serving import UNKNOWN_IMAGE, Served
from tests.waiting import until

JOB: dict[str, Any] = {
    "TransformJobName": "job",
    "ModelName": "m",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in/"}}},
    "TransformOutput": {"S3OutputPath": "s3://data/out"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}


@pytest.fixture
def served(served: Served) -> Served:
    served.model()
    served.put("in/a.csv", b"1")
    return served


def ended(served: Served) -> Any:
    return until(lambda: (told := served.sagemaker.describe_transform_job(TransformJobName="job")).get("TransformEndTime") and told)


def test_a_job_comes_back_as_it_was_asked_for(served: Served) -> None:
    arn = served.sagemaker.create_transform_job(**JOB, BatchStrategy="MultiRecord")["TransformJobArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:transform-job/job"
    told = ended(served)
    assert JOB.items() <= told.items()
    assert "FailureReason" not in told
    [row] = served.sagemaker.list_transform_jobs(StatusEquals="Completed")["TransformJobSummaries"]
    assert row["TransformJobArn"] == arn


def test_a_name_is_for_one_job(served: Served) -> None:
    served.sagemaker.create_transform_job(**JOB)
    ended(served)
    with pytest.raises(ClientError, match=r"\(ResourceInUse\).*a job with this name already exists"):
        served.sagemaker.create_transform_job(**JOB)


def test_a_job_that_is_not_there_is_not_found(served: Served) -> None:
    with pytest.raises(ClientError, match=r"\(ResourceNotFound\).*Could not find requested job with name: job"):
        served.sagemaker.describe_transform_job(TransformJobName="job")


def test_a_job_that_has_ended_is_not_stopped(served: Served) -> None:
    served.sagemaker.create_transform_job(**JOB)
    ended(served)
    with pytest.raises(ClientError, match="the transform job is in status Completed"):
        served.sagemaker.stop_transform_job(TransformJobName="job")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"MaxPayloadInMB": 51, "MaxConcurrentTransforms": 2},
            r"ValidationException.*MaxPayloadInMB \* MaxConcurrentTransforms must be",
        ),
        ({"MaxPayloadInMB": 101}, "ValidationException.*must be 100"),
        ({"BatchStrategy": "SingleRecord"}, "ValidationException.*BatchStrategy SingleRecord needs a SplitType"),
        ({"ModelName": "gone"}, "ValidationException.*Could not find model"),
        ({"TransformInput": {**JOB["TransformInput"], "SplitType": "RecordIO"}}, "NotImplemented.*has no SplitType RecordIO"),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://data/c"}}, "NotImplemented.*has no DataCaptureConfig"),
        (
            {"TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "AugmentedManifestFile", "S3Uri": "s3://data/in"}}}},
            "ValidationException.*S3DataType must be ManifestFile or S3Prefix",
        ),
    ],
)
def test_jobs_that_can_not_be_are_refused(served: Served, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        served.sagemaker.create_transform_job(**{**JOB, **changes})
    assert served.sagemaker.list_transform_jobs()["TransformJobSummaries"] == []


def test_an_image_without_a_program_is_the_jobs_failure(served: Served) -> None:
    served.model("unknown", {"Image": UNKNOWN_IMAGE})
    served.sagemaker.create_transform_job(**{**JOB, "ModelName": "unknown"})
    assert "has no program that stands in for the image" in ended(served)["FailureReason"]
