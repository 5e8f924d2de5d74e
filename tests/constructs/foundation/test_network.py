from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.foundation.network import Network

ACCOUNT = {"Ref": "AWS::AccountId"}


@pytest.fixture
def defaults(key: DataKey) -> HandlerDefaults:
    return HandlerDefaults(key=key)


@pytest.fixture
def define(stack: cdk.Stack, defaults: HandlerDefaults) -> Callable[..., Network]:
    def network(**options: Any) -> Network:
        return Network(stack, "Network", **{"endpoints": ["sqs", "textract"], "defaults": defaults, **options})

    return network


def endpoint(service: str) -> dict[str, Any]:
    return {"ServiceName": {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, f".{service}"]]}}


def properties(template: Template, kind: str, **expected: Any) -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in template.find_resources(kind, {"Properties": expected}).values()]


def test_its_subnets_are_isolated_in_two_zones(define: Callable[..., Network], template: Callable[[], Template]) -> None:
    define()
    for kind in ("InternetGateway", "NatGateway", "EIP", "Route", "EgressOnlyInternetGateway"):
        template().resource_count_is(f"AWS::EC2::{kind}", 0)
    subnets = properties(template(), "AWS::EC2::Subnet")
    zones = [{"Fn::Select": [number, {"Fn::GetAZs": ""}]} for number in (0, 1)]
    assert [subnet["AvailabilityZone"] for subnet in subnets] == zones
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets)


def test_it_has_exactly_the_endpoints_asked_for(define: Callable[..., Network], template: Callable[[], Template]) -> None:
    network = define(endpoints=["states", "studio"])
    found = properties(template(), "AWS::EC2::VPCEndpoint", VpcEndpointType="Interface")
    studio = {"ServiceName": {"Fn::Join": ["", ["aws.sagemaker.", {"Ref": "AWS::Region"}, ".studio"]]}}
    assert [{"ServiceName": each["ServiceName"]} for each in found] == [endpoint("states"), studio]
    assert list(network.endpoints) == ["states", "studio"]


def test_its_endpoints_are_found_by_the_usual_names(define: Callable[..., Network], template: Callable[[], Template]) -> None:
    define()
    assert all(each["PrivateDnsEnabled"] for each in properties(template(), "AWS::EC2::VPCEndpoint", VpcEndpointType="Interface"))


@pytest.mark.parametrize(
    ("service", "condition"),
    [
        ("textract", {"aws:PrincipalAccount": ACCOUNT}),
        ("sqs", {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}),
    ],
)
def test_its_endpoints_let_this_account_through_and_nobody_else(
    define: Callable[..., Network], template: Callable[[], Template], service: str, condition: dict[str, Any]
) -> None:
    define()
    (found,) = properties(template(), "AWS::EC2::VPCEndpoint", **endpoint(service))
    (statement,) = found["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": condition}


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_gateways_lead_to_this_accounts_buckets_and_tables(
    define: Callable[..., Network], template: Callable[[], Template], service: str
) -> None:
    define()
    (found,) = properties(template(), "AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway", **endpoint(service))
    (statement,) = found["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}}
    assert len(found["RouteTableIds"]) == 2


def test_image_layers_pass_the_gateway_where_images_are_pulled(define: Callable[..., Network], template: Callable[[], Template]) -> None:
    define(endpoints=["ecr.dkr"])
    (found,) = properties(template(), "AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway", **endpoint("s3"))
    _, layers = found["PolicyDocument"]["Statement"]
    arn = ["arn:", {"Ref": "AWS::Partition"}, ":s3:::prod-", {"Ref": "AWS::Region"}, "-starport-layer-bucket/*"]
    assert (layers["Action"], layers["Resource"]) == ("s3:GetObject", {"Fn::Join": ["", arn]})


def test_endpoints_are_reached_by_the_clients_over_https_only(
    define: Callable[..., Network], template: Callable[[], Template], stack: cdk.Stack
) -> None:
    network = define()
    (rule,) = properties(template(), "AWS::EC2::SecurityGroupIngress")
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (443, 443, "tcp")
    assert rule["SourceSecurityGroupId"] == stack.resolve(network.clients.security_group_id)
    assert rule["GroupId"] == stack.resolve(network.endpoint_group.security_group_id)
    assert not any("SecurityGroupIngress" in group for group in properties(template(), "AWS::EC2::SecurityGroup"))


def test_clients_reach_endpoints_and_gateways_over_https_only(
    define: Callable[..., Network], template: Callable[[], Template], stack: cdk.Stack
) -> None:
    network = define()
    rules = properties(template(), "AWS::EC2::SecurityGroupEgress", GroupId=stack.resolve(network.clients.security_group_id))
    assert {(rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) for rule in rules} == {(443, 443, "tcp")}
    groups = [rule["DestinationSecurityGroupId"] for rule in rules if "DestinationSecurityGroupId" in rule]
    assert groups == [stack.resolve(network.endpoint_group.security_group_id)]
    lists = [rule["DestinationPrefixListId"]["Fn::GetAtt"][1] for rule in rules if "DestinationPrefixListId" in rule]
    assert lists == ["S3PrefixList", "DynamoDbPrefixList"]
    assert len(rules) == 3


def test_its_endpoints_open_no_connections_themselves(
    define: Callable[..., Network], template: Callable[[], Template], stack: cdk.Stack
) -> None:
    endpoints = stack.resolve(define().endpoint_group.security_group_id)
    assert properties(template(), "AWS::EC2::SecurityGroupEgress", GroupId=endpoints) == []
    nothing = {"CidrIp": "255.255.255.255/32", "Description": "Disallow all traffic", "FromPort": 252, "IpProtocol": "icmp", "ToPort": 86}
    template().has_resource_properties("AWS::EC2::SecurityGroup", {"SecurityGroupEgress": [nothing]})


def test_its_default_security_group_is_closed_and_its_connections_are_logged(
    define: Callable[..., Network], template: Callable[[], Template]
) -> None:
    define()
    template().resource_count_is("Custom::SecureVpc", 1)
    template().resource_count_is("Custom::VpcRestrictDefaultSG", 0)
    template().resource_count_is("AWS::EC2::FlowLog", 1)


def test_its_placement_is_the_isolated_subnets_and_the_clients(define: Callable[..., Network]) -> None:
    network = define()
    chosen = network.placement.vpc.select_subnets(subnet_type=network.placement.subnets.subnet_type)
    assert chosen.subnet_ids == [subnet.subnet_id for subnet in network.vpc.isolated_subnets]
    assert network.placement.security_groups == (network.clients,)


def test_there_is_no_group_for_elastic_fabric_adapter_unless_asked_for(define: Callable[..., Network]) -> None:
    assert define().efa_security_group is None


def test_members_of_the_efa_group_reach_each_other_both_ways_by_name(
    define: Callable[..., Network], template: Callable[[], Template], stack: cdk.Stack
) -> None:
    group = define(efa=True).efa_security_group
    assert group is not None
    itself = stack.resolve(group.security_group_id)
    everything = {"GroupId": itself, "IpProtocol": "-1"}
    template().has_resource_properties("AWS::EC2::SecurityGroupIngress", {**everything, "SourceSecurityGroupId": itself})
    template().has_resource_properties("AWS::EC2::SecurityGroupEgress", {**everything, "DestinationSecurityGroupId": itself})


def test_the_number_of_zones_and_the_addresses_can_be_chosen(define: Callable[..., Network], template: Callable[[], Template]) -> None:
    define(max_azs=3, cidr="10.9.0.0/20")
    template().resource_count_is("AWS::EC2::Subnet", 3)
    template().has_resource_properties("AWS::EC2::VPC", {"CidrBlock": "10.9.0.0/20"})


def test_the_zones_can_be_named(define: Callable[..., Network], template: Callable[[], Template]) -> None:
    define(availability_zones=["eu-west-1b", "eu-west-1c"])
    assert [subnet["AvailabilityZone"] for subnet in properties(template(), "AWS::EC2::Subnet")] == ["eu-west-1b", "eu-west-1c"]


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(define: Callable[..., Network], findings: Callable[[], Any]) -> None:
    define(endpoints=["ecr.dkr", "sqs", "textract"], efa=True)
    assert findings() == {}


@pytest.mark.parametrize("max_azs", [0, 7])
def test_rejects_a_number_of_zones_that_no_network_has(define: Callable[..., Network], max_azs: int) -> None:
    with pytest.raises(ValueError, match=f"max_azs must be from 1 to 6, got {max_azs}"):
        define(max_azs=max_azs)


def test_rejects_an_endpoint_that_is_named_twice(define: Callable[..., Network]) -> None:
    with pytest.raises(ValueError, match="endpoints must be named once, got sqs more than once"):
        define(endpoints=["sqs", "textract", "sqs"])


def test_rejects_an_endpoint_that_aws_does_not_offer(define: Callable[..., Network]) -> None:
    with pytest.raises(ValueError, match=r"endpoint must be one of athena, .* got 'textrakt'"):
        define(endpoints=["textrakt"])
