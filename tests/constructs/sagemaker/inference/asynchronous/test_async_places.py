import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from ml_constructs.sagemaker.inference.asynchronous.async_places import AsyncPlaces


@pytest.mark.parametrize("name", ["prefix", "answers", "failures"])
@pytest.mark.parametrize("value", ["", "x", "/x/", "a b/"])
def test_places_are_folders(stack: cdk.Stack, name: str, value: str) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "bucket")
    with pytest.raises(ValueError, match=f"{name} must be names of safe characters, each followed by a slash, got '{value}'"):
        AsyncPlaces(inputs=bucket, results=bucket, **{name: value})
