"""Permissions on data: the exact actions of the code, and the key by way of the one service that holds the data."""

from collections.abc import Sequence
from functools import cache

from aws_cdk import Aws, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

from ml_constructs.foundation.roles import allow_matching

READ = ("kms:Decrypt",)
WRITE = ("kms:Decrypt", "kms:GenerateDataKey")
_KEYS_UNKNOWN = "The keys of objects are known when they arrive; the prefix is the narrowest name that they share."


def grant_objects(bucket: s3.IBucket, role: iam.Role, actions: Sequence[str], *, prefix: str = "") -> None:
    """Lets ``role`` act on the objects below ``prefix``.

    Args:
        bucket: The bucket.
        role: Gets the permission.
        actions: Of S3, on objects, without ``s3:``.
        prefix: Start of the keys; all keys when left out.

    See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    """
    allow_matching(role, [f"s3:{action}" for action in actions], [bucket.arn_for_objects(f"{prefix}*")], _KEYS_UNKNOWN)
    writes = any(action.startswith("Put") for action in actions)
    grant_key(bucket.encryption_key, role, WRITE if writes else READ, service="s3")


def grant_listing(bucket: s3.IBucket, role: iam.Role, *actions: str) -> None:
    """Lets ``role`` act on the bucket itself; who may list it is told of a missing object instead of a lacking permission."""
    role.add_to_policy(iam.PolicyStatement(actions=[f"s3:{action}" for action in actions], resources=[bucket.bucket_arn]))


def grant_items(table: dynamodb.ITable, role: iam.Role, *actions: str, index: str | None = None) -> None:
    """Lets ``role`` act on the items of the table, or of one index of it.

    See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    resource = f"{table.table_arn}/index/{index}" if index else table.table_arn
    role.add_to_policy(iam.PolicyStatement(actions=[f"dynamodb:{action}" for action in actions], resources=[resource]))
    grant_key(table.encryption_key, role, READ, service="dynamodb")


def grant_messages(queue: sqs.IQueue, role: iam.Role, *actions: str) -> None:
    """Lets ``role`` act on the messages of the queue.

    See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    role.add_to_policy(iam.PolicyStatement(actions=[f"sqs:{action}" for action in actions], resources=[queue.queue_arn]))
    grant_key(queue.encryption_master_key, role, WRITE if "SendMessage" in actions else READ, service="sqs")


def grant_publishing(topic: sns.Topic, role: iam.Role, key: kms.IKey) -> None:
    """Lets ``role`` publish to a topic that is encrypted with ``key``.

    See https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]))
    grant_key(key, role, WRITE, service="sns")


def grant_key(key: kms.IKey | None, role: iam.Role, actions: Sequence[str], *, service: str) -> None:
    """Lets ``role`` use ``key`` by way of one service; without a key there is nothing to allow.

    See https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    if key is not None:
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[key.key_arn], conditions=_via(service)))


@cache
def _via(service: str) -> dict[str, dict[str, str]]:
    return {"StringEquals": {"kms:ViaService": f"{service}.{Aws.REGION}.{Aws.URL_SUFFIX}"}}


def allow_service(key: kms.IKey, principal: str, *, scope: IConstruct) -> None:
    """Lets a service use ``key`` on behalf of the account of ``scope``, where the key's policy is defined in the app.

    See https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html
    """
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(principal)],
            actions=list(WRITE),
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
        )
    )
