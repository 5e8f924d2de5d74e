from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import AccessLogBucket, DataKey, SecureBucket

DESTROY = cdk.RemovalPolicy.DESTROY


@pytest.fixture
def access_logs(stack: cdk.Stack) -> AccessLogBucket:
    return AccessLogBucket(stack, "AccessLogs", retention=cdk.Duration.days(90))


@pytest.fixture
def bucket(stack: cdk.Stack, key: DataKey, access_logs: AccessLogBucket) -> SecureBucket:
    return SecureBucket(stack, "Documents", key=key, access_logs=access_logs)


def test_a_bucket_is_private_encrypted_and_versioned(bucket: SecureBucket, template: Callable[[], Template]) -> None:
    encryption = {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": Match.any_value()},
    }
    template().has_resource_properties(
        "AWS::S3::Bucket",
        {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": dict.fromkeys(
                ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True
            ),
            "VersioningConfiguration": {"Status": "Enabled"},
        },
    )


def test_a_bucket_refuses_plain_http_and_old_tls(bucket: SecureBucket, template: Callable[[], Template]) -> None:
    denials = [
        Match.object_like({"Effect": "Deny", "Principal": {"AWS": "*"}, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        Match.object_like({"Effect": "Deny", "Principal": {"AWS": "*"}, "Condition": {"NumericLessThan": {"s3:TlsVersion": 1.2}}}),
    ]
    template().all_resources_properties("AWS::S3::BucketPolicy", {"PolicyDocument": {"Statement": Match.array_with(denials)}})


def test_a_bucket_logs_access_under_a_prefix_of_its_own(
    bucket: SecureBucket, access_logs: AccessLogBucket, template: Callable[[], Template]
) -> None:
    logging = {
        "DestinationBucketName": bucket.stack.resolve(access_logs.bucket_name),
        "LogFilePrefix": Match.string_like_regexp(r"Documents\w+/$"),
    }
    template().has_resource_properties("AWS::S3::Bucket", {"LoggingConfiguration": logging})


def test_a_bucket_is_kept_with_its_objects(bucket: SecureBucket, template: Callable[[], Template]) -> None:
    synthesised = template()
    synthesised.all_resources("AWS::S3::Bucket", {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"})
    synthesised.resource_count_is("Custom::EmptyBucket", 0)


def test_unfinished_uploads_and_old_versions_end(bucket: SecureBucket, template: Callable[[], Template]) -> None:
    rule = {
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "Status": "Enabled",
    }
    template().all_resources_properties(
        "AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": Match.array_with([Match.object_like(rule)])}}
    )


def test_further_lifecycle_rules_are_added(stack: cdk.Stack, key: DataKey, template: Callable[[], Template]) -> None:
    SecureBucket(stack, "Bucket", key=key, access_logs=None, lifecycle=[s3.LifecycleRule(prefix="work/", expiration=cdk.Duration.days(3))])
    added = Match.object_like({"ExpirationInDays": 3, "Prefix": "work/"})
    template().has_resource_properties("AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": Match.array_with([added])}})


def test_events_go_to_eventbridge_on_demand_and_without_a_function(
    stack: cdk.Stack, key: DataKey, template: Callable[[], Template]
) -> None:
    SecureBucket(stack, "Bucket", key=key, access_logs=None, event_bridge=True)
    synthesised = template()
    notification = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    synthesised.has_resource_properties("AWS::S3::Bucket", {"NotificationConfiguration": notification})
    synthesised.resource_count_is("AWS::Lambda::Function", 0)


def test_events_go_nowhere_by_default(bucket: SecureBucket, template: Callable[[], Template]) -> None:
    template().all_resources_properties("AWS::S3::Bucket", {"NotificationConfiguration": Match.absent()})


def test_the_log_bucket_takes_logs_of_this_account_and_expires_them(access_logs: AccessLogBucket, template: Callable[[], Template]) -> None:
    synthesised = template()
    delivery = {
        "Action": "s3:PutObject",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    synthesised.has_resource_properties(
        "AWS::S3::BucketPolicy", {"PolicyDocument": {"Statement": Match.array_with([Match.object_like(delivery)])}}
    )
    synthesised.has_resource_properties(
        "AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": [Match.object_like({"ExpirationInDays": 90, "Status": "Enabled"})]}}
    )


def test_the_log_bucket_is_encrypted_with_a_key_of_s3(access_logs: AccessLogBucket, template: Callable[[], Template]) -> None:
    by_default = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    template().has_resource_properties("AWS::S3::Bucket", {"BucketEncryption": {"ServerSideEncryptionConfiguration": [by_default]}})


def test_buckets_that_go_with_their_stack_are_emptied_first(stack: cdk.Stack, key: DataKey, template: Callable[[], Template]) -> None:
    logs = AccessLogBucket(stack, "AccessLogs", retention=cdk.Duration.days(1), removal_policy=DESTROY)
    SecureBucket(stack, "Bucket", key=key, access_logs=logs, removal_policy=DESTROY)
    synthesised = template()
    synthesised.all_resources("AWS::S3::Bucket", {"DeletionPolicy": "Delete"})
    synthesised.resource_count_is("Custom::EmptyBucket", 2)


@pytest.mark.parametrize("removal_policy", [cdk.RemovalPolicy.RETAIN, DESTROY])
def test_no_rule_is_left_unmet(
    stack: cdk.Stack, key: DataKey, findings: Callable[[], dict[str, list[str]]], removal_policy: cdk.RemovalPolicy
) -> None:
    logs = AccessLogBucket(stack, "AccessLogs", retention=cdk.Duration.days(90), removal_policy=removal_policy)
    SecureBucket(stack, "Logged", key=key, access_logs=logs, removal_policy=removal_policy)
    SecureBucket(stack, "Unlogged", key=key, access_logs=None, removal_policy=removal_policy)
    assert findings() == {}
