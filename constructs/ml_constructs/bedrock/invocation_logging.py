"""The log of all calls of models in an account and region."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from aws_cdk import ArnFormat, CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.keys import DataKey
from ml_constructs.foundation.roles import allow_unscoped, service_role
from ml_constructs.foundation.storage import SecureBucket

SERVICE = "bedrock.amazonaws.com"
PARAMETER = "/ml-blueprints/bedrock/model-invocation-logging"
STREAM = "aws/bedrock/modelinvocations"
SETTING_ACTIONS = (
    "bedrock:DeleteModelInvocationLoggingConfiguration",
    "bedrock:GetModelInvocationLoggingConfiguration",
    "bedrock:PutModelInvocationLoggingConfiguration",
)
PARAMETER_ACTIONS = ("ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter")


@dataclass(frozen=True, kw_only=True)
class LoggedData:
    """What of a call is logged beside who made it, when, and how many tokens it took.

    Args:
        text: Prompts and answers.
        images: Pictures.
        embeddings: Vectors.
        video: Films.
        audio: Sound.
    """

    text: bool = True
    images: bool = True
    embeddings: bool = False
    video: bool = False
    audio: bool = False

    def render(self) -> dict[str, str]:
        """As properties of the custom resource, which CloudFormation hands on as texts."""
        return {name.title(): str(value).lower() for name, value in vars(self).items()}


class InvocationLogging(Construct):
    """Has Bedrock log every call of a model in this account and region: to a log group, with bodies over 100 KB in a bucket.

    An account has one such setting in a region, and CloudFormation no type for it. The first deployment takes it, and says so in the
    parameter ``PARAMETER`` together with what it found there; another one fails to deploy with a message that names the first. What was
    found is put back when the deployment goes.

    Args:
        key: Encrypts log group and bucket; its policy is extended for Bedrock.
        access_logs: Receives the access log of the bucket.
        defaults: Log retention, removal policy and sources; the function runs outside of any network, to answer CloudFormation.
        retention: How long bodies are kept, in whole days.
        data: What is logged of a call.
        existing_role_arn: Role of a configuration that stands there and may be replaced; without it, one with a role is not replaced.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: DataKey,
        access_logs: s3.IBucket | None,
        defaults: HandlerDefaults,
        retention: Duration,
        data: LoggedData | None = None,
        existing_role_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        calls = Stack.of(self).format_arn(service="bedrock", resource="*", arn_format=ArnFormat.NO_RESOURCE_NAME)
        conditions = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}, "ArnLike": {"aws:SourceArn": calls}}
        key.allow_service(SERVICE, actions=("kms:GenerateDataKey",), conditions=conditions)
        policy, kept = defaults.removal_policy, s3.LifecycleRule(expiration=retention)
        self.bucket = SecureBucket(self, "Bodies", key=key, access_logs=access_logs, lifecycle=[kept], removal_policy=policy)
        self._allow_delivery(conditions)
        self.log_group = logs.LogGroup(self, "Logs", encryption_key=key, retention=defaults.log_retention, removal_policy=policy)
        self.role = service_role(self, "Role", service=SERVICE, source_arn=calls)
        self.role.add_to_policy(iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[self._stream_arn()]))
        self.function = HandlerFunction(
            self,
            "Function",
            package="set_invocation_logging",
            shared=["custom_resources"],
            defaults=replace(defaults, placement=None),
            timeout=Duration.minutes(3),
            memory_mb=256,
        )
        setting = self._allow_setting([self.role.role_arn, *filter(None, [existing_role_arn])])
        self.resource = CustomResource(
            self,
            "Resource",
            properties={
                "Parameter": PARAMETER,
                "LogGroupName": self.log_group.log_group_name,
                "RoleArn": self.role.role_arn,
                "BucketName": self.bucket.bucket_name,
                "ExistingRoleArn": existing_role_arn or "",
                **(data or LoggedData()).render(),
            },
            resource_type="Custom::InvocationLogging",
            service_timeout=Duration.minutes(5),
            service_token=self.function.function_arn,
        )
        self.resource.node.add_dependency(self.role, self.function.execution_role, setting, cast("s3.BucketPolicy", self.bucket.policy))

    def _allow_delivery(self, conditions: Mapping[str, Mapping[str, Any]]) -> None:
        bodies = self.bucket.arn_for_objects(f"AWSLogs/{Stack.of(self).account}/BedrockModelInvocationLogs/*")
        principals = [iam.ServicePrincipal(SERVICE)]
        statement = iam.PolicyStatement(principals=principals, actions=["s3:PutObject"], resources=[bodies], conditions=dict(conditions))
        self.bucket.add_to_resource_policy(statement)

    def _stream_arn(self) -> str:
        name = f"{self.log_group.log_group_name}:log-stream:{STREAM}"
        return Stack.of(self).format_arn(service="logs", resource="log-group", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME)

    def _allow_setting(self, roles: list[str]) -> iam.Policy:
        function, stack = self.function, Stack.of(self)
        parameter = stack.format_arn(service="ssm", resource="parameter", resource_name=PARAMETER.lstrip("/"))
        function.add_to_role_policy(iam.PolicyStatement(actions=list(PARAMETER_ACTIONS), resources=[parameter]))
        passed = {"StringEquals": {"iam:PassedToService": SERVICE}}
        function.add_to_role_policy(iam.PolicyStatement(actions=["iam:PassRole"], resources=roles, conditions=passed))
        reason = "AWS defines the setting of an account without a resource; the parameter beside it keeps to one owner."
        return allow_unscoped(function.execution_role, SETTING_ACTIONS, reason)
