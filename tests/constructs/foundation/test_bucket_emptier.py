from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation.bucket_emptier import BUCKET_ACTIONS, OBJECT_ACTIONS, BucketEmptier


@pytest.fixture
def bucket(stack: cdk.Stack) -> s3.Bucket:
    return s3.Bucket(stack, "Bucket", enforce_ssl=True, removal_policy=cdk.RemovalPolicy.DESTROY)


def statements(template: Template) -> list[dict[str, Any]]:
    policies = template.find_resources("AWS::IAM::Policy").values()
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_a_bucket_is_emptied_by_the_handler_package(stack: cdk.Stack, bucket: s3.Bucket, template: Callable[[], Template]) -> None:
    BucketEmptier.of(stack).empty(bucket)
    synthesised = template()
    synthesised.has_resource_properties("AWS::Lambda::Function", {"Handler": "empty_bucket.handler.handler", "Timeout": 900})
    name, arn = stack.resolve(bucket.bucket_name), stack.resolve(bucket.bucket_arn)
    synthesised.has_resource_properties("Custom::EmptyBucket", {"BucketName": name, "BucketArn": arn, "ServiceTimeout": "960"})


def test_the_function_may_empty_the_named_buckets_and_no_others(
    stack: cdk.Stack, bucket: s3.Bucket, template: Callable[[], Template]
) -> None:
    BucketEmptier.of(stack).empty(bucket)
    allowed = [statement for statement in statements(template()) if "s3:" in str(statement["Action"])]
    assert allowed == [
        {"Action": list(BUCKET_ACTIONS), "Effect": "Allow", "Resource": stack.resolve(bucket.bucket_arn)},
        {"Action": list(OBJECT_ACTIONS), "Effect": "Allow", "Resource": stack.resolve(bucket.arn_for_objects("*"))},
    ]


def test_permissions_and_bucket_policy_outlive_the_emptying(stack: cdk.Stack, bucket: s3.Bucket, template: Callable[[], Template]) -> None:
    BucketEmptier.of(stack).empty(bucket)
    synthesised = template()
    (resource,) = synthesised.find_resources("Custom::EmptyBucket").values()
    needed = {*synthesised.find_resources("AWS::IAM::Policy"), *synthesised.find_resources("AWS::S3::BucketPolicy")}
    assert needed <= set(resource["DependsOn"])


def test_a_stack_has_one_function_for_all_its_buckets(stack: cdk.Stack, bucket: s3.Bucket, template: Callable[[], Template]) -> None:
    BucketEmptier.of(stack).empty(bucket)
    BucketEmptier.of(bucket).empty(s3.Bucket(stack, "Other", removal_policy=cdk.RemovalPolicy.DESTROY))
    synthesised = template()
    synthesised.resource_count_is("AWS::Lambda::Function", 1)
    synthesised.resource_count_is("Custom::EmptyBucket", 2)


def test_the_log_goes_with_the_stack(stack: cdk.Stack, bucket: s3.Bucket, template: Callable[[], Template]) -> None:
    BucketEmptier.of(stack).empty(bucket)
    log_group = {"DeletionPolicy": "Delete", "Properties": {"RetentionInDays": 30, "KmsKeyId": Match.absent()}}
    template().has_resource("AWS::Logs::LogGroup", log_group)


def test_no_rule_is_left_unmet_by_the_function(stack: cdk.Stack, bucket: s3.Bucket, findings: Callable[[], dict[str, list[str]]]) -> None:
    BucketEmptier.of(stack).empty(bucket)
    assert {path for paths in findings().values() for path in paths} == {"Stack/Bucket/Resource"}
