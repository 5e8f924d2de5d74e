from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from ml_constructs.sagemaker.inference.endpoints.data_capture import DataCapture
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import scene


@pytest.fixture(scope="module")
def bucket() -> s3.IBucket:
    return s3.Bucket.from_bucket_name(cdk.Stack(), "Bucket", "captured-data")


def test_a_tenth_of_requests_and_answers_is_kept_with_the_key_of_the_bucket() -> None:
    assert scene().config(scene().full)["DataCaptureConfig"] == {
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "DestinationS3Uri": {"Fn::Join": ["", ["s3://", {"Ref": scene().id_of(scene().bucket)}, "/captured"]]},
        "EnableCapture": True,
        "InitialSamplingPercentage": 10,
        "KmsKeyId": scene().stack.resolve(scene().key.key_arn),
    }


def test_every_variant_may_write_below_the_prefix_and_nothing_else() -> None:
    target = scene().stack.resolve(scene().bucket.arn_for_objects("captured/*"))
    for role in scene().full.roles:
        found = [each["Action"] for each in scene().statements(role) if each["Resource"] == target]
        assert found == ["s3:PutObject"]


def test_only_answers_are_kept_where_that_is_asked_for(bucket: s3.IBucket) -> None:
    options: Any = DataCapture(bucket=bucket, inputs=False).render().capture_options
    assert [option.capture_mode for option in options] == ["Output"]


def test_without_content_types_everything_is_kept_in_base64(bucket: s3.IBucket) -> None:
    assert DataCapture(bucket=bucket, json_types=(), csv_types=()).render().capture_content_type_header is None


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"percent": 0}, "percent must be from 1 to 100, got 0"),
        ({"percent": 101}, "percent must be from 1 to 100, got 101"),
        ({"inputs": False, "outputs": False}, "inputs or outputs must be true, got neither"),
        ({"prefix": "*/"}, r"prefix must be up to 200 characters that are safe in keys and a slash, got '\*/'"),
        ({"prefix": "captured"}, "prefix must be up to 200 characters that are safe in keys and a slash, got 'captured'"),
        ({"json_types": ("json",)}, "json_types must be content types such as text/csv, got json"),
        ({"csv_types": ("text/csv",) * 11}, "csv_types must be at most 10, got 11"),
    ],
)
def test_captures_that_sagemaker_does_not_make_are_refused(bucket: s3.IBucket, arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        DataCapture(bucket=bucket, **arguments)
