"""Buckets that are private, encrypted, versioned and logged."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import Duration, Names, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation.bucket_emptier import BucketEmptier
from ml_constructs.foundation.compliance import acknowledge, standard_rules


class AccessLogBucket(s3.Bucket):
    """Where the buckets of a blueprint record who accessed them.

    Args:
        retention: How long a record is kept, in whole days.
        removal_policy: ``DESTROY`` deletes the bucket with its records.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, retention: Duration, removal_policy: RemovalPolicy = RemovalPolicy.RETAIN
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[_expiry(expiration=retention)],
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=removal_policy,
            versioned=True,
        )
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.arn_for_objects("*")],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        _explain(self)
        acknowledge(
            self,
            [*standard_rules("S3DefaultEncryptionKMS"), *standard_rules("S3BucketLoggingEnabled"), "AwsSolutions::AwsSolutions-S1"],
            "S3 delivers access logs only to buckets with keys of its own, and a log of the log would grow without end.",
        )
        if removal_policy is RemovalPolicy.DESTROY:
            BucketEmptier.of(self).empty(self)


class SecureBucket(s3.Bucket):
    """A bucket for data: TLS only, no public access, no ACLs, versioned, encrypted with a customer-managed key.

    Args:
        key: Encrypts the objects, through a bucket key.
        access_logs: Receives the access log; ``None`` only where another trail records access.
        lifecycle: Rules beside the one that ends unfinished uploads and old versions.
        event_bridge: Whether S3 sends the bucket's events to EventBridge.
        removal_policy: ``DESTROY`` deletes the bucket with its objects.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        access_logs: s3.IBucket | None,
        lifecycle: Sequence[s3.LifecycleRule] = (),
        event_bridge: bool = False,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            bucket_key_enabled=True,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            enforce_ssl=True,
            lifecycle_rules=[_expiry(), *lifecycle],
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=removal_policy,
            versioned=True,
        )
        bucket = cast("s3.CfnBucket", self.node.default_child)
        if event_bridge:
            # Through the L1: the L2 would define a function that writes the one property.
            bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
                event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
            )
        if access_logs is not None:
            bucket.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
                destination_bucket_name=access_logs.bucket_name, log_file_prefix=f"{Names.unique_id(self)}/"
            )
        else:
            acknowledge(
                self,
                [*standard_rules("S3BucketLoggingEnabled"), "AwsSolutions::AwsSolutions-S1"],
                "Defined without an access log because another trail, such as CloudTrail data events, records who reads and writes.",
            )
        _explain(self)
        if removal_policy is RemovalPolicy.DESTROY:
            BucketEmptier.of(self).empty(self)


def _explain(bucket: s3.Bucket) -> None:
    acknowledge(
        bucket,
        standard_rules("S3BucketReplicationEnabled"),
        "A second copy is a choice of cost and place that belongs to the account; versions protect against deletion and overwriting.",
    )


def _expiry(*, expiration: Duration | None = None) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        abort_incomplete_multipart_upload_after=Duration.days(7), expiration=expiration, noncurrent_version_expiration=Duration.days(30)
    )
