"""What CloudFormation's registry has against properties."""

from typing import Any

import pytest

from blueprints.local import schemas


def test_types_that_do_not_exist_have_no_schema() -> None:
    assert schemas.schema("AWS::Nothing::AtAll") is None
    assert schemas.problems("AWS::Nothing::AtAll", {"Any": "thing"}) == []


def test_attributes_are_the_properties_that_can_only_be_read() -> None:
    schema = schemas.schema("AWS::KMS::Key")
    assert schema is not None
    assert sorted(schemas.attributes(schema)) == ["Arn", "KeyId"]


@pytest.mark.parametrize(
    ("kind", "properties", "problem"),
    [
        ("AWS::CloudTrail::Trail", {"S3BucketName": "a-bucket"}, "#: required key [IsLogging] not found"),
        ("AWS::SQS::Queue", {"Colour": "red"}, "#: extraneous key [Colour] is not permitted"),
        (
            "AWS::S3::Bucket",
            {"VersioningConfiguration": {"Status": "On"}},
            "#/VersioningConfiguration/Status: On is not a valid enum value",
        ),
        ("AWS::S3::Bucket", {"LifecycleConfiguration": []}, "#/LifecycleConfiguration: expected type: object, found: list"),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": {}, "ManagedPolicyArns": ["everything"]},
            "#/ManagedPolicyArns/0: failed validation constraint for keyword [pattern]",
        ),
        ("AWS::Lambda::EventInvokeConfig", {"FunctionName": "a", "Qualifier": "b", "MaximumRetryAttempts": 9}, "[maximum]"),
    ],
)
def test_wrong_properties_are_named(kind: str, properties: dict[str, Any], problem: str) -> None:
    (found,) = schemas.problems(kind, properties)
    assert problem in found


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::SQS::Queue", {"VisibilityTimeout": "30", "FifoQueue": "true"}),
        ("AWS::Lambda::EventInvokeConfig", {"FunctionName": "a", "Qualifier": "b", "MaximumRetryAttempts": "1"}),
        ("AWS::SSM::Parameter", {"Type": "String", "Value": "ü", "Tags": {"Zeichen ü": "ß"}}),
        ("AWS::CloudWatch::Alarm", {"ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 1, "Threshold": "0.5"}),
        ("AWS::SNS::Topic", {"DisplayName": 7}),
    ],
)
def test_numbers_and_truth_values_may_be_written_as_text(kind: str, properties: dict[str, Any]) -> None:
    assert schemas.problems(kind, properties) == []


def test_a_change_of_what_is_set_at_creation_needs_a_replacement() -> None:
    schema = schemas.schema("AWS::EC2::FlowLog")
    assert schema is not None
    old = {"ResourceId": "vpc-1", "Tags": []}
    assert schemas.needs_replacement(schema, old, {**old, "ResourceId": "vpc-2"})
    assert not schemas.needs_replacement(schema, old, {**old, "Tags": [{"Key": "a", "Value": "b"}]})
