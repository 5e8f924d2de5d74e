"""Empties buckets that go with their stack, which S3 refuses to delete while they hold objects."""

from aws_cdk import CustomResource, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.roles import allow_matching
from ml_constructs.foundation.singletons import once_per_stack

BUCKET_ACTIONS = ("s3:GetBucketPolicy", "s3:ListBucketVersions", "s3:PutBucketPolicy")
OBJECT_ACTIONS = ("s3:DeleteObject", "s3:DeleteObjectVersion")


class BucketEmptier(Construct):
    """One function per stack that closes and empties buckets before CloudFormation deletes them.

    It takes the place of ``auto_delete_objects``, whose function logs to a group that nothing deletes, may write to every log group of the
    account, isn't traced, and needs a second runtime.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html
    """

    @classmethod
    def of(cls, scope: Construct) -> "BucketEmptier":
        """The one of the stack that ``scope`` is in, defined on first use."""
        return once_per_stack(scope, cls)

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.function = HandlerFunction(
            self,
            "Function",
            package="empty_bucket",
            shared=["custom_resources"],
            defaults=HandlerDefaults(key=None, log_retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY),
            timeout=Duration.minutes(15),
            memory_mb=256,
        )

    def empty(self, bucket: s3.Bucket) -> CustomResource:
        """Empties ``bucket`` before it is deleted.

        Args:
            bucket: Of the same stack.
        """
        role = self.function.execution_role
        self.function.add_to_role_policy(iam.PolicyStatement(actions=list(BUCKET_ACTIONS), resources=[bucket.bucket_arn]))
        allow_matching(
            role,
            OBJECT_ACTIONS,
            [bucket.arn_for_objects("*")],
            "The bucket is deleted with its stack, so every object in it has to go, whatever its key.",
        )
        resource = CustomResource(
            bucket,
            "Emptier",
            properties={"BucketName": bucket.bucket_name, "BucketArn": bucket.bucket_arn},
            resource_type="Custom::EmptyBucket",
            service_timeout=Duration.minutes(16),
            service_token=self.function.function_arn,
        )
        resource.node.add_dependency(role, *filter(None, [bucket.policy]))
        return resource
