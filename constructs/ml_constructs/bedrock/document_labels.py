"""Labels beside documents name the tenant whom they belong to, and nobody but one role writes them."""

from typing import cast

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from ml_constructs.foundation import SecureBucket, allow_matching
from ml_constructs.foundation.grants import WRITE, grant_key

LABELS = "*.metadata.json"
OF_TENANTS = f"tenants/{LABELS}"
MADE_HERE = "Labels have the keys of their documents, which are known when they arrive; the ARN has all that these keys share."


def let_write_labels(bucket: SecureBucket, role: iam.Role) -> None:
    """Lets ``role``, and nobody else whatever their own policies say, write labels into ``bucket``.

    A document that somebody else labelled could pass for another tenant's.

    Args:
        bucket: Where the documents lie.
        role: Of the function that writes labels.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/s3-data-source-connector.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    allow_matching(role, [f"s3:{action}Object" for action in ("Delete", "Get", "Put")], [bucket.arn_for_objects(OF_TENANTS)], MADE_HERE)
    grant_key(bucket.encryption_key, role, WRITE, service="s3")
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="LabelsAreWrittenByOneRole",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:PutObject", "s3:ReplicateObject"],
            resources=[bucket.arn_for_objects(LABELS)],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": role.role_arn}},
        )
    )


def sends_events(bucket: s3.Bucket) -> bool:
    """Whether ``bucket`` sends its events to EventBridge."""
    return cast("s3.CfnBucket", bucket.node.default_child).notification_configuration is not None
