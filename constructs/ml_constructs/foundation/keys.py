"""Customer-managed keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

SERVICE_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey*")
LOGS_ACTIONS = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")


class DataKey(kms.Key):
    """A rotated key for the data of one blueprint, usable by named services on behalf of this account only.

    Identities of the account get access by their own policies (``grant_xxx``). CloudWatch Logs may use it for log groups of this account.

    Args:
        alias_hint: Last part of an alias that starts with the stack's name; no alias when left out.
        service_principals: Services that use the key themselves, such as ``cloudwatch.amazonaws.com``.
        removal_policy: ``RETAIN`` keeps the key, and with it the data, when the stack goes.

    See https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html and
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alias_hint: str | None = None,
        service_principals: Sequence[str] = (),
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            alias=f"{Stack.of(scope).stack_name}-{alias_hint}" if alias_hint else None,
            enable_key_rotation=True,
            removal_policy=removal_policy,
        )
        self._allow_logs()
        for principal in service_principals:
            self.allow_service(principal)

    def allow_service(
        self, principal: str, *, actions: Sequence[str] = SERVICE_ACTIONS, conditions: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """Lets a service use the key on behalf of this account.

        Args:
            principal: Such as ``sns.amazonaws.com``.
            actions: What the service does with the key.
            conditions: Replace the one on ``aws:SourceAccount``, for calls that don't carry it, such as those of EventBridge to a topic.
        """
        own_account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(principal)],
                actions=list(actions),
                resources=["*"],
                conditions=own_account if conditions is None else conditions,
            )
        )

    def _allow_logs(self) -> None:
        stack = Stack.of(self)
        groups = stack.format_arn(service="logs", resource="log-group", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME)
        self.allow_service(
            f"logs.{stack.region}.amazonaws.com",
            actions=LOGS_ACTIONS,
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        )
