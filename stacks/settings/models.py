"""What a settings file may say: the part that all blueprints share, and the part around them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator


def _not_reserved(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise ValueError(f"a tag must not start with aws:, got {key}")
    return key


LogRetentionDays = Literal[7, 30, 90, 180, 365, 731, 1827, 2557, 3653]
VpcId = Annotated[str, StringConstraints(pattern=r"^vpc-[0-9a-f]{8,17}$")]
SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")]
SecurityGroupId = Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-f]{8,17}$")]
AvailabilityZone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
KeyArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]{36}$")]
ModelId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:/_-]{0,2047}$")]
UserPoolArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[\w-]+_[0-9A-Za-z]+$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+]{1,128}$")]
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_not_reserved)]
TagValue = Annotated[str, StringConstraints(max_length=256)]


class SettingsModel(BaseModel):
    """Settings are frozen, and a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ExistingNetwork(SettingsModel):
    """A network that stands already; nothing is looked up, so everything is named."""

    vpc_id: VpcId
    """The VPC."""
    subnet_ids: Annotated[tuple[SubnetId, ...], Field(min_length=1, max_length=16)]
    """Subnets without a way to the internet, with endpoints for the services that the blueprint calls."""
    availability_zones: Annotated[tuple[AvailabilityZone, ...], Field(min_length=1, max_length=16)]
    """The availability zone of each of the subnets, in their order."""
    security_group_ids: Annotated[tuple[SecurityGroupId, ...], Field(min_length=1, max_length=5)]
    """Security groups that the functions join; they must let HTTPS out to the endpoints."""

    @model_validator(mode="after")
    def _zone_for_each_subnet(self) -> "ExistingNetwork":
        if len(self.subnet_ids) != len(self.availability_zones):
            given = f"{len(self.subnet_ids)} subnet_ids and {len(self.availability_zones)} availability_zones"
            raise ValueError(f"subnet_ids and availability_zones must be equally many, got {given}")
        return self


NetworkName = Literal["own", "foundation", "none"]
NetworkChoice = NetworkName | ExistingNetwork
NETWORK_KINDS = ("own", "foundation", "existing", "none")


class BlueprintSettings(SettingsModel):
    """The settings that every blueprint has."""

    NETWORKS: ClassVar[tuple[str, ...]] = NETWORK_KINDS
    """The kinds of network that the blueprint can work in."""

    data_on_removal: Literal["keep", "destroy"] = "keep"
    """What becomes of buckets, tables, keys and logs when the deployment is removed."""
    network: NetworkChoice | None = None
    """Where the functions run; left out, the network that the file names for all deployments."""
    log_retention_days: LogRetentionDays = 365
    """How long logs are kept."""
    alarm_emails: tuple[EmailAddress, ...] = ()
    """Who is told of alarms; each address has to confirm once."""
    existing_customer: bool = False
    """Whether this account already uses services that are closed to new customers."""
    tags: Mapping[TagKey, TagValue] = {}
    """Tags of this deployment, over those of all deployments."""

    def conflicts(self, *, compliance: str, network: "NetworkChoice") -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ARG002
        """Finds what doesn't go with the settings around them.

        Args:
            compliance: The compliance profile of all deployments.
            network: Where the functions run.

        Returns:
            The path of each setting, and what is wrong with it.
        """
        return iter(())

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The interface endpoints that its functions call, by the names of AWS PrivateLink."""
        return ()

    @property
    def private_endpoints(self) -> tuple[str, ...]:
        """Further ones in a network of its own, by which others call the blueprint."""
        return ()

    @property
    def shared_endpoints(self) -> tuple[str, ...]:
        """The ones that other deployments find in the network that it shares."""
        return ()


class CollectionSettings(SettingsModel):
    """The settings around the deployments."""

    compliance: Literal["baseline", "hipaa", "pci", "gdpr", "fedramp"] = "baseline"
    """Which rule packs check the templates."""
    rules: bool = True
    """Whether the rule packs run at synthesis."""
    network: NetworkChoice = "own"
    """Where functions run: a network of each deployment's own, that of the foundation, one that stands already, or none."""
    foundation: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,127}$")] = "foundation"
    """The deployment whose network `network: foundation` means."""
    region: Region | None = None
    """The region to deploy to; left out, the one of the AWS credentials at deployment."""
    tags: Mapping[TagKey, TagValue] = {}
    """Tags of all deployments."""
    deployments: Mapping[str, Mapping[str, Any] | None] = {}
    """The deployments by name. `blueprint` names the blueprint where the deployment is not called after it."""


def network_kind(choice: Any) -> str:
    """Returns the kind of a network choice, read or not: ``existing`` for one that stands already."""
    return choice if isinstance(choice, str) else "existing"
