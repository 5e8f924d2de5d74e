import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from ml_constructs.sagemaker.inference.transform.transform_places import TransformPlaces
from tests.constructs.sagemaker.inference.transform.transform_scene import scene


def places(**prefixes: str) -> TransformPlaces:
    stack = cdk.Stack()
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "bucket")
    return TransformPlaces(inputs=bucket, results=bucket, **prefixes)


def last(resources: list[object]) -> set[str]:
    return {each["Fn::Join"][1][-1] for each in resources if isinstance(each, dict) and isinstance(each["Fn::Join"][1][-1], str)}


def test_the_model_reads_data_and_plans_and_writes_results() -> None:
    role = scene().model.role
    assert {"/data/*", "/plans/*"} <= last(scene().allowed(role, "s3:GetObject"))
    assert "/requests/*" not in last(scene().allowed(role, "s3:GetObject"))
    assert last(scene().allowed(role, "s3:PutObject")) == {"/answers/*"}


def test_the_model_looks_for_nothing_but_data_and_plans() -> None:
    listing = [each for each in scene().statements(scene().model.role) if each["Action"] == "s3:ListBucket"]
    prefixes = [each["Condition"]["StringLike"]["s3:prefix"] for each in listing if "StringLike" in each["Condition"]]
    assert prefixes == [["data/*", "plans/*"]]


def test_the_model_writes_to_the_one_group_of_all_transform_jobs() -> None:
    role = scene().model.role
    (group,) = scene().allowed(role, "logs:CreateLogGroup")
    assert group["Fn::Join"][1][-1] == ":log-group:/aws/sagemaker/TransformJobs"
    for action in ("CreateLogStream", "DescribeLogStreams", "PutLogEvents"):
        (streams,) = scene().allowed(role, f"logs:{action}")
        assert streams["Fn::Join"][1][-1] == ":log-group:/aws/sagemaker/TransformJobs:*"


@pytest.mark.parametrize("value", ["data", "/data/", "", "dä/"])
@pytest.mark.parametrize("name", ["requests", "data"])
def test_what_is_no_prefix_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be names of safe characters"):
        places(**{name: value})


@pytest.mark.parametrize(
    ("prefixes", "message"),
    [
        ({"requests": "data/", "data": "data/"}, r"requests must not be where data are \(data/\), got 'data/'"),
        ({"requests": "in/", "data": "in/data/"}, r"requests must not be where data are \(in/data/\), got 'in/'"),
        ({"data": "plans/"}, r"data must not be where plans are \(plans/\), got 'plans/'"),
    ],
)
def test_prefixes_within_each_other_are_refused(prefixes: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        places(**prefixes)
