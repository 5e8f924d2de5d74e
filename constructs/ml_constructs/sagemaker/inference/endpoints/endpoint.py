"""What every SageMaker endpoint has: a configuration, a log group of its own, and a name."""

from typing import Any, cast

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge, standard_rules
from ml_constructs.foundation.handler_function import HandlerDefaults
from ml_constructs.sagemaker.inference.deployments.deployment import Deployment
from ml_constructs.sagemaker.inference.endpoints.endpoint_config import EndpointOptions, configure_endpoint, retention
from ml_constructs.sagemaker.inference.endpoints.endpoint_name import LOG_GROUP_PREFIX, endpoint_name
from ml_constructs.sagemaker.inference.models.endpoint_role import allow_logs

__all__ = ["Endpoint", "EndpointOptions"]

NAMESPACE = "AWS/SageMaker"
UNENCRYPTED = "The blueprint has no key of its own, so nothing in it is secret; CloudWatch Logs encrypts the group with a key of AWS."


class Endpoint(Construct):
    """An endpoint with one production variant, whose volumes and logs are encrypted with a customer-managed key where the hardware allows.

    Configurations have no name, because every change replaces them; the endpoint has one, so that its encrypted log group stands first:
    SageMaker would make one without key and end otherwise. Another instance type makes another endpoint, as SageMaker refuses to change the
    type of a variant that is scaled; the old one goes when all that asks it has turned to the new one, and its logs go with it, whatever
    the removal policy: who has to keep them exports them first. ``defaults.placement`` is of functions and has no say here.

    Args:
        variant: The production variant; only counts that ``options.retain_capacity`` speaks of survive an update.
        role: What SageMaker runs the containers as; gets the rights to write logs and captured data and to use the key for volumes.
        options: What differs between kinds of endpoints.
        defaults: Key, retention and removal policy of the blueprint.
        deployment: How an update is made; all at once and without waiting when left out.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html and
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        variant: sagemaker.CfnEndpointConfig.ProductionVariantProperty,
        role: iam.Role,
        options: EndpointOptions,
        defaults: HandlerDefaults,
        deployment: Deployment | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.deployment = deployment
        self.roles = [role, *([options.shadow.model.role] if options.shadow else [])]
        self.variant = variant.variant_name
        self.endpoint_name = endpoint_name(self, options.forces)
        self.log_group = self._logs(defaults)
        self.config = configure_endpoint(self, "Config", variant=variant, roles=self.roles, options=options, key=defaults.key)
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=self.endpoint_name,
            endpoint_config_name=self.config.attr_endpoint_config_name,
            deployment_config=deployment.render() if deployment else None,
            **retention(options),
        )
        # With the roles come their policies, which SageMaker uses as soon as the endpoint is made.
        self.endpoint.node.add_dependency(*self.roles, self.log_group)

    @property
    def endpoint_arn(self) -> str:
        """Its ARN: who is let in by it waits for the endpoint, and asks the old one until a new one is there."""
        return self.endpoint.ref

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` ask this endpoint and no other."""
        return iam.Grant.add_to_principal(grantee=grantee, actions=["sagemaker:InvokeEndpoint"], resource_arns=[self.endpoint_arn])

    def metric(self, name: str, *, namespace: str = NAMESPACE, **options: Any) -> cw.Metric:
        """A metric of the production variant.

        Args:
            name: Such as ``Invocations``.
            namespace: ``AWS/SageMaker``, or ``/aws/sagemaker/Endpoints`` for what instances tell.
            options: Of ``aws_cloudwatch.Metric``, such as ``period`` and ``statistic``.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
        """
        dimensions = {"EndpointName": self.endpoint_name, "VariantName": self.variant}
        return cw.Metric(namespace=namespace, metric_name=name, dimensions_map=dimensions, **options)

    def roll_back_on(self, *alarms: cw.IAlarm) -> None:
        """Has updates go back to the old configuration when one of the alarms is raised meanwhile.

        Args:
            alarms: Up to 10, on this endpoint: their metrics name it without waiting for it.

        Raises:
            ValueError: Too many alarms, or an endpoint without a deployment.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
        """
        if self.deployment is None:
            raise ValueError(f"deployment must be given for alarms to end one, got none for {self.node.path}")
        self.endpoint.deployment_config = self.deployment.render(alarms)

    def _logs(self, defaults: HandlerDefaults) -> logs.LogGroup:
        group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=defaults.key,
            log_group_name=f"{LOG_GROUP_PREFIX}{self.endpoint_name}",
            removal_policy=defaults.removal_policy,
            retention=defaults.log_retention,
        )
        # That of another instance type goes with its endpoint: kept, it would stand in the way when the type comes back.
        cast("logs.CfnLogGroup", group.node.default_child).cfn_options.update_replace_policy = CfnDeletionPolicy.DELETE
        for role in self.roles:
            allow_logs(role, group)
        if defaults.key is None:
            acknowledge(group, standard_rules("CloudWatchLogGroupEncrypted"), UNENCRYPTED)
        return group
