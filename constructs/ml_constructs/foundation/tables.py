"""Tables whose items are found by one key."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge, standard_rules


class RecordTable(dynamodb.Table):
    """A table billed by request, encrypted with a customer-managed key, restorable to any moment of the last 35 days.

    Items go when their ``expires_at``, in seconds since 1970, has passed.

    Args:
        key: Encrypts it.
        partition_key: Name of the key of its items, a text.
        removal_policy: ``DESTROY`` deletes the table with the stack; else deleting it takes two steps.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/best-practices.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        partition_key: str = "pk",
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            partition_key=text(partition_key),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True),
            removal_policy=removal_policy,
            time_to_live_attribute="expires_at",
        )
        acknowledge(
            self,
            standard_rules("DynamoDBInBackupPlan", ("HIPAA.Security", "NIST.800.53.R5")),
            "Point-in-time recovery covers the last 35 days; a backup plan beyond that belongs to the account.",
        )


def text(name: str) -> dynamodb.Attribute:
    """A key attribute that holds text."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
