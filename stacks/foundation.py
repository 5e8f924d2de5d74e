"""What deployments share."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct
from pydantic import AfterValidator, Field, model_validator

from ml_constructs.foundation.audit_trail import AuditTrail
from ml_constructs.foundation.endpoints import ENDPOINTS, endpoint_service
from ml_constructs.foundation.network import Network
from ml_constructs.foundation.shared_network import publish_network
from ml_constructs.operations.audit_alarms import AuditAlarms
from stacks.base import BlueprintSettings, BlueprintStack, DeploymentContext, network_prefix
from stacks.settings.models import AvailabilityZone, BucketName, SettingsModel


def _known_endpoint(name: str) -> str:
    endpoint_service(name)
    return name


EndpointName = Annotated[str, AfterValidator(_known_endpoint), Field(json_schema_extra={"enum": list(ENDPOINTS)})]


class SharedNetworkSettings(SettingsModel):
    """The network that other deployments join."""

    cidr: Annotated[str, Field(pattern=r"^([0-9]{1,3}\.){3}0/(1[6-9]|2[0-4])$")] = "10.0.0.0/16"
    """Its addresses, from a /16 to a /24."""
    max_azs: Annotated[int, Field(ge=2, le=6)] = 2
    """Availability zones; each endpoint costs by the hour in each of them."""
    availability_zones: Annotated[tuple[AvailabilityZone, ...], Field(max_length=6)] = ()
    """The zones by name, where some lack an endpoint; left out, the first ones of the region."""
    endpoints: tuple[EndpointName, ...] = ("comprehend", "sqs", "states", "textract")
    """The interface endpoints that the functions of the deployments in the network call."""
    efa: bool = False
    """Whether to add a security group for Elastic Fabric Adapter."""


class AuditSettings(SettingsModel):
    """The trail of the account's API calls."""

    retention_days: Annotated[int, Field(ge=90, le=3653)] = 2557
    """How long its records are kept."""
    lock_days: Annotated[int, Field(ge=1, le=3653)] | None = None
    """How long nobody can delete a record without a special permission; left out, no lock."""
    buckets: Annotated[tuple[BucketName, ...], Field(max_length=250)] = ()
    """Buckets whose object reads and writes are recorded."""

    @model_validator(mode="after")
    def _lock_within_retention(self) -> "AuditSettings":
        if self.lock_days and self.lock_days > self.retention_days:
            raise ValueError(f"lock_days must be at most retention_days ({self.retention_days}), got {self.lock_days}")
        return self


class FoundationSettings(BlueprintSettings):
    """Settings of the foundation."""

    NETWORKS: ClassVar[tuple[str, ...]] = ("own", "none")

    network: Literal["own", "none"] = "own"
    """Whether to define a network for the others."""
    shared_network: SharedNetworkSettings = SharedNetworkSettings()
    """The network that other deployments join by `network: foundation`."""
    audit: AuditSettings | None = AuditSettings()
    """The audit trail; `null` where the organisation has one."""

    @property
    def shared_endpoints(self) -> tuple[str, ...]:
        """What deployments in its network can call."""
        return self.shared_network.endpoints if self.network == "own" else ()

    @model_validator(mode="after")
    def _no_locked_records_to_destroy(self) -> "FoundationSettings":
        if self.data_on_removal == "destroy" and self.audit and self.audit.lock_days:
            raise ValueError("audit.lock_days must be left out when data_on_removal is destroy: locked records can't be deleted")
        return self


class FoundationStack(BlueprintStack):
    """An isolated network, a key, an access-log bucket, an audit trail and an alarm topic, published for other deployments."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: FoundationSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=replace(context, network="none"), **kwargs)
        if context.network == "own":
            self.network = Network(self, "Network", defaults=self.defaults, **settings.shared_network.model_dump())
            publish_network(self, self.network, prefix=network_prefix(self.stack_name))
        self.trail = self._trail(settings.audit) if settings.audit else None
        self._publish("key-arn", self.key.key_arn, "The key of the foundation's own data")
        self._publish("access-log-bucket", self.access_logs.bucket_name, "Where buckets of the account may record who accessed them")
        self._publish("alarm-topic-arn", self.alarms.topic.topic_arn, "Where the alarms of the account go")

    def _trail(self, audit: AuditSettings) -> AuditTrail:
        buckets = [s3.Bucket.from_bucket_name(self, f"Audited{index}", name) for index, name in enumerate(audit.buckets, 1)]
        trail = AuditTrail(
            self,
            "AuditTrail",
            key=self.key,
            access_logs=self.access_logs,
            data_event_buckets=buckets,
            retention=cdk.Duration.days(audit.retention_days),
            lock=cdk.Duration.days(audit.lock_days) if audit.lock_days else None,
            log_retention=self.log_retention,
            removal_policy=self.removal_policy,
        )
        AuditAlarms(self, "AuditAlarms", log_group=trail.log_group, namespace=f"MlBlueprints/{self.stack_name}", alarms=self.alarms)
        return trail

    def _publish(self, name: str, value: str, description: str) -> None:
        construct_id = "".join(part.capitalize() for part in name.split("-"))
        ssm.StringParameter(self, f"{construct_id}Parameter", parameter_name=f"/ml-blueprints/{self.stack_name}/{name}", string_value=value)
        cdk.CfnOutput(self, construct_id, value=value, description=description)
