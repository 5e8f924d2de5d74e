"""Lambda functions whose code comes from the handler packages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import handler_assets, handler_findings
from ml_constructs.foundation.grants import grant_messages
from ml_constructs.foundation.handler_commons import HandlerCommons
from ml_constructs.foundation.roles import service_role


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where in a network something runs."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    security_groups: tuple[ec2.ISecurityGroup, ...]


@dataclass(frozen=True, kw_only=True)
class HandlerDefaults:
    """What the functions of a blueprint have in common.

    Args:
        key: Encrypts environment and logs; its policy lets CloudWatch Logs use it, as a ``DataKey`` does. ``None`` if neither is secret.
        placement: Network that the functions run in; none when left out.
        log_retention: How long logs are kept.
        removal_policy: What happens to the logs when the stack goes.
        dead_letters: Gets the invocations that failed; only for functions that are invoked asynchronously.
        sources: Folder of the handler packages; those that come with this library when left out.
    """

    key: kms.IKey | None
    placement: Placement | None = None
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_YEAR
    removal_policy: RemovalPolicy = RemovalPolicy.RETAIN
    dead_letters: sqs.IQueue | None = None
    sources: Path | None = None


class HandlerFunction(lambda_.Function):
    """Runs ``handler`` of one handler package, on arm64, with Powertools, its own role and its own encrypted log group.

    Args:
        package: Name of the package, and of the service in logs and metrics.
        defaults: What it shares with the other functions of the blueprint.
        environment: Variables beside those of Powertools.
        timeout: 1 second to 15 minutes; a minute when left out.
        memory_mb: 128 to 10,240 MB; the share of a processor grows with it.
        shared: Packages beside its own.
        libraries: Installed distributions, in pure Python, that travel with it.

    Raises:
        ValueError: A package that doesn't exist, or a library that can't be packaged.

    See https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html and
    https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        defaults: HandlerDefaults,
        environment: Mapping[str, str] | None = None,
        timeout: Duration | None = None,
        memory_mb: int = 512,
        shared: Sequence[str] = (),
        libraries: Sequence[str] = (),
    ) -> None:
        folder, digest = handler_assets.stage(defaults.sources or handler_assets.default_sources(), (package, *shared), tuple(libraries))
        commons, placement = HandlerCommons.of(scope), defaults.placement
        role = service_role(
            scope,
            f"{construct_id}Role",
            service="lambda.amazonaws.com",
            managed_policies=[commons.tracing, commons.interfaces] if placement else [commons.tracing],
        )
        log_group = logs.LogGroup(
            scope,
            f"{construct_id}Logs",
            encryption_key=defaults.key,
            retention=defaults.log_retention,
            removal_policy=defaults.removal_policy,
        )
        log_group.grant_write(role)
        super().__init__(
            scope,
            construct_id,
            code=lambda_.Code.from_asset(str(folder), asset_hash=digest),
            handler=f"{package}.handler.handler",
            runtime=_runtime(),
            architecture=_architecture(),
            environment={**_environment(package), **(environment or {})},
            environment_encryption=defaults.key,
            layers=[commons.powertools],
            log_group=log_group,
            memory_size=memory_mb,
            role=role,
            timeout=timeout or Duration.minutes(1),
            vpc=placement.vpc if placement else None,
            vpc_subnets=placement.subnets if placement else None,
            security_groups=list(placement.security_groups) if placement else None,
        )
        self.execution_role = role
        # Through the L1: the L2 would put X-Ray's unscoped statement among the statements of the code.
        cast("lambda_.CfnFunction", self.node.default_child).tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
        if defaults.dead_letters:
            self._keep_failures(defaults.dead_letters)
        handler_findings.explain(self, log_group, encrypted=defaults.key is not None, placed=placement is not None)

    def _keep_failures(self, dead_letters: sqs.IQueue) -> None:
        """Sends failed asynchronous invocations to a queue, through the L1: the L2 would allow more than sending."""
        grant_messages(dead_letters, self.execution_role, "SendMessage")
        config = lambda_.CfnEventInvokeConfig
        failures = config.DestinationConfigProperty(on_failure=config.OnFailureProperty(destination=dead_letters.queue_arn))
        config(self, "EventInvokeConfig", destination_config=failures, function_name=self.function_name, qualifier="$LATEST")


@cache
def _runtime() -> lambda_.Runtime:
    return lambda_.Runtime.PYTHON_3_14


@cache
def _architecture() -> lambda_.Architecture:
    return lambda_.Architecture.ARM_64


def _environment(package: str) -> dict[str, str]:
    return {"POWERTOOLS_LOG_LEVEL": "INFO", "POWERTOOLS_METRICS_NAMESPACE": "MlBlueprints", "POWERTOOLS_SERVICE_NAME": package}
