"""Networks that stand outside of the stack: published by another deployment, or described by hand."""

from collections.abc import Sequence

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from ml_constructs.foundation.handler_function import Placement
from ml_constructs.foundation.network import Network

ZONES = 2


def publish_network(scope: Construct, network: Network, *, prefix: str) -> None:
    """Writes what others need to join ``network`` into SSM parameters below ``prefix``, such as ``/ml-blueprints/foundation/network``."""
    subnets = network.vpc.isolated_subnets
    values = {
        "vpc-id": network.vpc.vpc_id,
        "subnet-ids": ",".join(subnet.subnet_id for subnet in subnets),
        "availability-zones": ",".join(subnet.availability_zone for subnet in subnets),
        "security-group-id": network.clients.security_group_id,
    }
    for name, value in values.items():
        construct_id = "".join(part.capitalize() for part in name.split("-"))
        ssm.StringParameter(scope, construct_id, parameter_name=f"{prefix}/{name}", string_value=value)


def published_placement(scope: Construct, construct_id: str, *, prefix: str) -> Placement:
    """Joins the network published below ``prefix``, read when the stack is deployed.

    The first two of its availability zones are used, because the number of a stack's subnets has to be known before.
    """

    def parameter(name: str) -> str:
        return ssm.StringParameter.value_for_string_parameter(scope, f"{prefix}/{name}")

    return existing_placement(
        scope,
        construct_id,
        vpc_id=parameter("vpc-id"),
        subnet_ids=Fn.split(",", parameter("subnet-ids"), ZONES),
        availability_zones=Fn.split(",", parameter("availability-zones"), ZONES),
        security_group_ids=[parameter("security-group-id")],
    )


def existing_placement(
    scope: Construct,
    construct_id: str,
    *,
    vpc_id: str,
    subnet_ids: Sequence[str],
    availability_zones: Sequence[str],
    security_group_ids: Sequence[str],
) -> Placement:
    """Joins a network by its ids; nothing is looked up and none of its rules is changed.

    Raises:
        ValueError: Not as many zones as subnets, or none of either.
    """
    if not subnet_ids or len(subnet_ids) != len(availability_zones):
        given = f"{len(subnet_ids)} subnet_ids and {len(availability_zones)} availability_zones"
        raise ValueError(f"subnet_ids and availability_zones must be equally many, at least one, got {given}")
    holder = Construct(scope, construct_id)
    vpc = ec2.Vpc.from_vpc_attributes(
        holder, "Vpc", vpc_id=vpc_id, availability_zones=list(availability_zones), isolated_subnet_ids=list(subnet_ids)
    )
    groups = tuple(
        ec2.SecurityGroup.from_security_group_id(holder, f"Group{number}", group, mutable=False)
        for number, group in enumerate(security_group_ids, 1)
    )
    subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    return Placement(vpc=vpc, subnets=subnets, security_groups=groups)
