"""What every blueprint's stack starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from ml_constructs.foundation import AccessLogBucket, DataKey, HandlerDefaults, Placement
from ml_constructs.foundation.compliance import acknowledge
from ml_constructs.foundation.network import Network
from ml_constructs.foundation.service_status import check_service
from ml_constructs.foundation.shared_network import existing_placement, published_placement
from ml_constructs.foundation.tagging import tag
from ml_constructs.operations import Alarms
from stacks.settings.models import BlueprintSettings, ExistingNetwork, NetworkChoice

__all__ = ["BlueprintSettings", "BlueprintStack", "DeploymentContext"]

PROJECT = "ml-blueprints"
ACCESS_LOG_RETENTION = cdk.Duration.days(365)
KEY_USERS = ("cloudwatch.amazonaws.com",)
LOG_RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
    1827: logs.RetentionDays.FIVE_YEARS,
    2557: logs.RetentionDays.SEVEN_YEARS,
    3653: logs.RetentionDays.TEN_YEARS,
}


@dataclass(frozen=True, kw_only=True)
class DeploymentContext:
    """What a stack has to know of the settings around its own.

    Args:
        blueprint: Name of the blueprint, for the tags.
        network: Where functions run.
        foundation: The deployment whose network ``foundation`` means.
        services: Machine-learning services that the blueprint uses, by their names in ``service_status.yaml``.
        tags: Tags of all deployments.
    """

    blueprint: str
    network: NetworkChoice = "none"
    foundation: str = "foundation"
    services: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class BlueprintStack(cdk.Stack):
    """A stack with a key, an access-log bucket if it has buckets, alarms with their topic, and the defaults of its functions.

    Args:
        settings: The blueprint's own settings.
        context: What stands around them.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: BlueprintSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.removal_policy = cdk.RemovalPolicy.DESTROY if settings.data_on_removal == "destroy" else cdk.RemovalPolicy.RETAIN
        self.log_retention = LOG_RETENTION[settings.log_retention_days]
        self.key = DataKey(self, "Key", service_principals=KEY_USERS, removal_policy=self.removal_policy)
        self.alarms = Alarms(self, "Alarms", key=self.key)
        self._tell(settings.alarm_emails)
        self.network: Network | None = None
        unplaced = HandlerDefaults(key=self.key, log_retention=self.log_retention, removal_policy=self.removal_policy)
        self.defaults = replace(unplaced, placement=self._placement(settings, context, unplaced))
        for service in context.services:
            check_service(self, service, existing_customer=settings.existing_customer)
        tag(self, project=PROJECT, blueprint=context.blueprint, deployment=construct_id, tags={**context.tags, **settings.tags})

    @cached_property
    def access_logs(self) -> AccessLogBucket:
        """Where buckets record who accessed them; there is none where there are no buckets."""
        return AccessLogBucket(self, "AccessLogs", retention=ACCESS_LOG_RETENTION, removal_policy=self.removal_policy)

    def output(self, **outputs: str | None) -> None:
        """Tells, by name, what people and programs look for in the deployment; nothing where there is no such part."""
        for name, value in outputs.items():
            if value is not None:
                cdk.CfnOutput(self, name, value=value)

    def _placement(self, settings: BlueprintSettings, context: DeploymentContext, defaults: HandlerDefaults) -> Placement | None:
        if context.network == "own":
            endpoints = (*settings.required_endpoints, *settings.private_endpoints)
            self.network = Network(self, "Network", endpoints=endpoints, defaults=defaults)
            return self.network.placement
        if context.network == "foundation":
            return published_placement(self, "Network", prefix=network_prefix(context.foundation))
        if isinstance(context.network, ExistingNetwork):
            return existing_placement(self, "Network", **context.network.model_dump())
        return None

    def _tell(self, addresses: Sequence[str]) -> None:
        for address in addresses:
            subscription = self.alarms.topic.add_subscription(subscriptions.EmailSubscription(address))
            reason = "An email that can't be delivered isn't the only sign: the alarm stays on in CloudWatch and on the dashboard."
            acknowledge(subscription, "Serverless::Serverless-SNSRedrivePolicy", reason)


def network_prefix(deployment: str) -> str:
    """Where a foundation publishes its network in SSM."""
    return f"/ml-blueprints/{deployment}/network"
