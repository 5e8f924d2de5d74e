"""Who did what in the account."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation.keys import DataKey
from ml_constructs.foundation.roles import service_role
from ml_constructs.foundation.storage import SecureBucket

SERVICE = "cloudtrail.amazonaws.com"
SEVEN_YEARS = Duration.days(2557)
ARCHIVE_AFTER = Duration.days(90)
MAX_DATA_EVENT_BUCKETS = 250


class AuditTrail(Construct):
    """Records management events of all regions, and who touched the objects of given buckets; signed, encrypted, searchable.

    Args:
        key: Encrypts the records; its policy is extended for CloudTrail.
        access_logs: Receives the access log of the bucket that holds the records.
        data_event_buckets: Buckets whose object reads and writes are recorded, at most 250.
        retention: How long the records are kept; they move to an archive class after 90 days.
        lock: How long nobody can delete a record without a special permission; not at all when left out.
        log_retention: How long the searchable copy is kept.
        removal_policy: ``DESTROY`` deletes the records with the stack.

    Raises:
        ValueError: Too many buckets, or a lock that outlasts the retention or stands against ``DESTROY``.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: DataKey,
        access_logs: s3.IBucket,
        data_event_buckets: Sequence[s3.IBucket] = (),
        retention: Duration = SEVEN_YEARS,
        lock: Duration | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_YEAR,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        if len(data_event_buckets) > MAX_DATA_EVENT_BUCKETS:
            raise ValueError(f"data_event_buckets must be at most {MAX_DATA_EVENT_BUCKETS}, got {len(data_event_buckets)}")
        _check_lock(lock, retention, removal_policy)
        trails = Stack.of(self).format_arn(service="cloudtrail", resource="trail", resource_name="*")
        self._trails = {"ArnLike": {"aws:SourceArn": trails}, "StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        key.allow_service(SERVICE, actions=("kms:DescribeKey", "kms:GenerateDataKey*"), conditions=self._trails)
        self.bucket = self._records(key, access_logs, retention, removal_policy)
        if lock is not None:
            _lock(self.bucket, lock)
        self.log_group = logs.LogGroup(self, "Logs", encryption_key=key, retention=log_retention, removal_policy=removal_policy)
        self.role = service_role(self, "Role", service=SERVICE, source_arn=trails)
        self.log_group.grant_write(self.role)
        self.trail = cloudtrail.CfnTrail(
            self,
            "Trail",
            cloud_watch_logs_log_group_arn=self.log_group.log_group_arn,
            cloud_watch_logs_role_arn=self.role.role_arn,
            enable_log_file_validation=True,
            event_selectors=[_selector(data_event_buckets)],
            include_global_service_events=True,
            is_logging=True,
            is_multi_region_trail=True,
            kms_key_id=key.key_arn,
            s3_bucket_name=self.bucket.bucket_name,
        )
        self.trail.node.add_dependency(self.role, cast("s3.BucketPolicy", self.bucket.policy))

    def _records(self, key: DataKey, access_logs: s3.IBucket, retention: Duration, removal_policy: RemovalPolicy) -> SecureBucket:
        archive = s3.Transition(storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transition_after=ARCHIVE_AFTER)
        rule = s3.LifecycleRule(expiration=retention, transitions=[archive] if retention.to_days() > ARCHIVE_AFTER.to_days() else None)
        bucket = SecureBucket(self, "Records", key=key, access_logs=access_logs, lifecycle=[rule], removal_policy=removal_policy)
        own_records = bucket.arn_for_objects(f"AWSLogs/{Stack.of(self).account}/*")
        owned = {**self._trails, "StringEquals": {**self._trails["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"}}
        for action, resource, conditions in (("s3:GetBucketAcl", bucket.bucket_arn, self._trails), ("s3:PutObject", own_records, owned)):
            principals = [iam.ServicePrincipal(SERVICE)]
            statement = iam.PolicyStatement(principals=principals, actions=[action], resources=[resource], conditions=conditions)
            bucket.add_to_resource_policy(statement)
        return bucket


def _check_lock(lock: Duration | None, retention: Duration, removal_policy: RemovalPolicy) -> None:
    if lock is None:
        return
    if lock.to_days() > retention.to_days():
        raise ValueError(f"lock must be at most the retention of {retention.to_days():.0f} days, got {lock.to_days():.0f} days")
    if removal_policy is RemovalPolicy.DESTROY:
        raise ValueError("lock must be left out when removal_policy is DESTROY: locked records can't be deleted")


def _lock(bucket: s3.Bucket, lock: Duration) -> None:
    resource = cast("s3.CfnBucket", bucket.node.default_child)
    resource.object_lock_enabled = True
    resource.object_lock_configuration = s3.CfnBucket.ObjectLockConfigurationProperty(
        object_lock_enabled="Enabled",
        rule=s3.CfnBucket.ObjectLockRuleProperty(
            default_retention=s3.CfnBucket.DefaultRetentionProperty(mode="GOVERNANCE", days=lock.to_days())
        ),
    )


def _selector(buckets: Sequence[s3.IBucket]) -> cloudtrail.CfnTrail.EventSelectorProperty:
    objects = cloudtrail.CfnTrail.DataResourceProperty(type="AWS::S3::Object", values=[bucket.arn_for_objects("") for bucket in buckets])
    return cloudtrail.CfnTrail.EventSelectorProperty(
        data_resources=[objects] if buckets else None, include_management_events=True, read_write_type="All"
    )
