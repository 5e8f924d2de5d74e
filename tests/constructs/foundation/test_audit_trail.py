from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import AccessLogBucket, DataKey
from ml_constructs.foundation.audit_trail import AuditTrail

ACCOUNT = {"Ref": "AWS::AccountId"}
TRAILS = {
    "Fn::Join": [
        "",
        ["arn:", {"Ref": "AWS::Partition"}, ":cloudtrail:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":trail/*"],
    ]
}
OWN_TRAILS = {"ArnLike": {"aws:SourceArn": TRAILS}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.fixture
def define(stack: cdk.Stack, key: DataKey) -> Callable[..., AuditTrail]:
    access_logs = AccessLogBucket(stack, "AccessLogs", retention=Duration.days(30))

    def trail(**options: Any) -> AuditTrail:
        return AuditTrail(stack, "AuditTrail", **{"key": key, "access_logs": access_logs, **options})

    return trail


def records(template: Template) -> Any:
    (bucket,) = template.find_resources("AWS::S3::Bucket", {"Properties": {"LoggingConfiguration": Match.any_value()}}).values()
    return bucket


def test_it_records_management_events_of_all_regions_signed_and_encrypted(
    define: Callable[..., AuditTrail], template: Callable[[], Template], stack: cdk.Stack, key: DataKey
) -> None:
    define()
    expected = {
        "EnableLogFileValidation": True,
        "EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}],
        "IncludeGlobalServiceEvents": True,
        "IsLogging": True,
        "IsMultiRegionTrail": True,
        "KMSKeyId": stack.resolve(key.key_arn),
        "TrailName": Match.absent(),
    }
    template().has_resource_properties("AWS::CloudTrail::Trail", expected)


def test_its_records_can_be_searched_for_a_year(define: Callable[..., AuditTrail], template: Callable[[], Template]) -> None:
    define()
    log = Match.object_like({"Fn::GetAtt": Match.array_with(["Arn"])})
    template().has_resource_properties("AWS::CloudTrail::Trail", {"CloudWatchLogsLogGroupArn": log, "CloudWatchLogsRoleArn": log})
    template().has_resource_properties("AWS::Logs::LogGroup", {"RetentionInDays": 365, "KmsKeyId": log})


def test_its_records_are_archived_after_90_days_and_kept_for_seven_years(
    define: Callable[..., AuditTrail], template: Callable[[], Template]
) -> None:
    define()
    bucket = records(template())
    assert (bucket["DeletionPolicy"], "ObjectLockEnabled" in bucket["Properties"]) == ("Retain", False)
    rule = bucket["Properties"]["LifecycleConfiguration"]["Rules"][-1]
    assert (rule["ExpirationInDays"], rule["Transitions"]) == (2557, [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}])


@pytest.mark.parametrize(
    ("action", "conditions"),
    [
        ("s3:GetBucketAcl", OWN_TRAILS),
        ("s3:PutObject", {**OWN_TRAILS, "StringEquals": {"aws:SourceAccount": ACCOUNT, "s3:x-amz-acl": "bucket-owner-full-control"}}),
    ],
)
def test_only_trails_of_this_account_write_to_the_bucket(
    define: Callable[..., AuditTrail], template: Callable[[], Template], action: str, conditions: dict[str, Any]
) -> None:
    define()
    statement = {"Action": action, "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Condition": conditions}
    expected = {"PolicyDocument": {"Statement": Match.array_with([Match.object_like(statement)])}}
    template().has_resource_properties("AWS::S3::BucketPolicy", expected)


def test_only_trails_of_this_account_use_the_key(define: Callable[..., AuditTrail], template: Callable[[], Template]) -> None:
    define()
    actions = ["kms:DescribeKey", "kms:GenerateDataKey*"]
    statement = {"Action": actions, "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Condition": OWN_TRAILS}
    expected = {"KeyPolicy": {"Statement": Match.array_with([Match.object_like(statement)])}}
    template().has_resource_properties("AWS::KMS::Key", expected)


def test_only_trails_of_this_account_assume_the_role(define: Callable[..., AuditTrail], template: Callable[[], Template]) -> None:
    define()
    trust = {"Statement": [Match.object_like({"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Condition": OWN_TRAILS})]}
    template().has_resource_properties("AWS::IAM::Role", {"AssumeRolePolicyDocument": trust})


def test_it_is_made_when_bucket_and_role_have_their_policies(
    define: Callable[..., AuditTrail], template: Callable[[], Template], stack: cdk.Stack
) -> None:
    define()
    (trail,) = template().find_resources("AWS::CloudTrail::Trail").values()
    kinds = {template().to_json()["Resources"][name]["Type"] for name in trail["DependsOn"]}
    assert kinds == {"AWS::IAM::Policy", "AWS::IAM::Role", "AWS::S3::BucketPolicy"}


def test_it_records_who_touched_the_objects_of_given_buckets(
    define: Callable[..., AuditTrail], template: Callable[[], Template], stack: cdk.Stack
) -> None:
    define(data_event_buckets=[s3.Bucket.from_bucket_name(stack, "Documents", "documents")])
    arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::documents/"]]}
    selector = {"DataResources": [{"Type": "AWS::S3::Object", "Values": [arn]}], "IncludeManagementEvents": True}
    template().has_resource_properties("AWS::CloudTrail::Trail", {"EventSelectors": [Match.object_like(selector)]})


def test_its_records_can_be_locked(define: Callable[..., AuditTrail], template: Callable[[], Template]) -> None:
    define(lock=Duration.days(400))
    properties = records(template())["Properties"]
    assert properties["ObjectLockEnabled"] is True
    assert properties["ObjectLockConfiguration"]["Rule"] == {"DefaultRetention": {"Days": 400, "Mode": "GOVERNANCE"}}


def test_records_that_are_kept_for_a_short_time_are_not_archived(
    define: Callable[..., AuditTrail], template: Callable[[], Template]
) -> None:
    define(retention=Duration.days(90))
    rule = records(template())["Properties"]["LifecycleConfiguration"]["Rules"][-1]
    assert (rule["ExpirationInDays"], "Transitions" in rule) == (90, False)


def test_it_can_go_with_its_stack(define: Callable[..., AuditTrail], template: Callable[[], Template]) -> None:
    define(removal_policy=cdk.RemovalPolicy.DESTROY, log_retention=logs.RetentionDays.ONE_WEEK)
    assert records(template())["DeletionPolicy"] == "Delete"
    template().has_resource("AWS::Logs::LogGroup", {"DeletionPolicy": "Delete", "Properties": {"RetentionInDays": 7}})


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(
    define: Callable[..., AuditTrail], findings: Callable[[], dict[str, list[str]]]
) -> None:
    define(lock=Duration.days(365))
    assert findings() == {}


def test_rejects_a_lock_that_outlasts_the_retention(define: Callable[..., AuditTrail]) -> None:
    with pytest.raises(ValueError, match="lock must be at most the retention of 90 days, got 91 days"):
        define(retention=Duration.days(90), lock=Duration.days(91))


def test_rejects_locked_records_that_should_go_with_the_stack(define: Callable[..., AuditTrail]) -> None:
    with pytest.raises(ValueError, match="lock must be left out when removal_policy is DESTROY"):
        define(lock=Duration.days(1), removal_policy=cdk.RemovalPolicy.DESTROY)


def test_rejects_more_buckets_than_a_trail_takes(define: Callable[..., AuditTrail], stack: cdk.Stack) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Documents", "documents")
    with pytest.raises(ValueError, match="data_event_buckets must be at most 250, got 251"):
        define(data_event_buckets=[bucket] * 251)
