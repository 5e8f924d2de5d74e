from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.foundation.network import Network
from ml_constructs.foundation.shared_network import existing_placement, publish_network, published_placement

PREFIX = "/ml-blueprints/foundation/network"
EXISTING: dict[str, Any] = {
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "availability_zones": ["eu-west-1a", "eu-west-1b"],
    "security_group_ids": ["sg-0123456789abcdef0", "sg-0123456789abcdef1"],
}


def test_a_network_is_published_by_four_parameters(stack: cdk.Stack, key: DataKey, template: Callable[[], Template]) -> None:
    network = Network(stack, "Network", endpoints=[], defaults=HandlerDefaults(key=key))
    publish_network(stack, network, prefix=PREFIX)
    found = {each["Properties"]["Name"]: each["Properties"]["Value"] for each in template().find_resources("AWS::SSM::Parameter").values()}
    subnets = [stack.resolve(subnet.subnet_id) for subnet in network.vpc.isolated_subnets]
    assert found[f"{PREFIX}/subnet-ids"] == {"Fn::Join": ["", [subnets[0], ",", subnets[1]]]}
    assert found[f"{PREFIX}/security-group-id"] == stack.resolve(network.clients.security_group_id)
    assert set(found) == {f"{PREFIX}/{name}" for name in ("vpc-id", "subnet-ids", "availability-zones", "security-group-id")}


def test_a_published_network_is_read_when_the_stack_is_deployed(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    placement = published_placement(stack, "Network", prefix=PREFIX)
    chosen = stack.resolve(placement.vpc.select_subnets(subnet_type=placement.subnets.subnet_type).subnet_ids)
    assert [subnet["Fn::Select"][0] for subnet in chosen] == [0, 1]
    parameters = {each.get("Default") for each in template().to_json()["Parameters"].values()}
    assert {f"{PREFIX}/vpc-id", f"{PREFIX}/subnet-ids", f"{PREFIX}/security-group-id"} <= parameters


def test_an_existing_network_is_joined_by_its_ids(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    placement = existing_placement(stack, "Network", **EXISTING)
    chosen = placement.vpc.select_subnets(subnet_type=placement.subnets.subnet_type).subnet_ids
    assert (placement.vpc.vpc_id, chosen) == (EXISTING["vpc_id"], EXISTING["subnet_ids"])
    assert [group.security_group_id for group in placement.security_groups] == EXISTING["security_group_ids"]


def test_the_rules_of_an_existing_network_stay_as_they_are(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    placement = existing_placement(stack, "Network", **EXISTING)
    placement.security_groups[0].add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443))
    template().resource_count_is("AWS::EC2::SecurityGroupIngress", 0)


@pytest.mark.parametrize(
    "change", [{"subnet_ids": []}, {"availability_zones": ["eu-west-1a"]}, {"subnet_ids": [], "availability_zones": []}]
)
def test_rejects_subnets_without_their_zones(stack: cdk.Stack, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be equally many, at least one, got \d subnet_ids and \d availability_zones"):
        existing_placement(stack, "Network", **{**EXISTING, **change})
