from dataclasses import dataclass

import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from ml_constructs.foundation import Placement
from ml_constructs.sagemaker.inference.models.endpoint_role import NAMESPACES, allow_logs, endpoint_role, network_ids
from tests.constructs.sagemaker.inference.models.model_scene import ModelScene


@dataclass
class Roles:
    scene: ModelScene
    plain: iam.Role
    logging: iam.Role
    placed: iam.Role
    group: logs.LogGroup
    placement: Placement


@pytest.fixture(scope="module")
def roles() -> Roles:
    scene = ModelScene()
    vpc = ec2.Vpc.from_vpc_attributes(
        scene.stack, "Vpc", vpc_id="vpc-1", availability_zones=["a", "b"], isolated_subnet_ids=["subnet-1", "subnet-2"]
    )
    clients = ec2.SecurityGroup.from_security_group_id(scene.stack, "Clients", "sg-1")
    placement = Placement(vpc=vpc, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), security_groups=(clients,))
    group = logs.LogGroup(scene.stack, "Logs", encryption_key=scene.key)
    found = Roles(
        scene,
        endpoint_role(scene.stack, "Plain"),
        endpoint_role(scene.stack, "Logging"),
        endpoint_role(scene.stack, "Placed", placement=placement),
        group,
        placement,
    )
    allow_logs(found.logging, group)
    assert scene.unexplained is not None
    return found


def test_only_sagemaker_assumes_it_and_for_this_account(roles: Roles) -> None:
    (statement,) = roles.scene.properties(roles.plain)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_it_writes_metrics_of_sagemaker_and_nothing_else(roles: Roles) -> None:
    found = roles.scene.statements(roles.plain)
    assert set(found) == {"cloudwatch:PutMetricData"}
    assert found["cloudwatch:PutMetricData"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": list(NAMESPACES)}}


def test_it_writes_to_groups_that_stand_and_makes_none(roles: Roles) -> None:
    found = roles.scene.statements(roles.logging)
    assert {action for action in found if action.startswith("logs:")} == {
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
    }
    assert found["logs:PutLogEvents"]["Resource"] == {"Fn::GetAtt": [roles.scene.logical_id(roles.group), "Arn"]}


def test_it_joins_the_network_of_its_placement(roles: Roles) -> None:
    assert network_ids(roles.placement) == (["subnet-1", "subnet-2"], ["sg-1"])
    statements = [statement for policy in roles.scene.policies(roles.placed).values() for statement in policy]
    named = {
        roles.scene.flat(arn).split(":", 5)[5]: found["Action"] for found in statements for arn in _listed(found["Resource"]) if arn != "*"
    }
    assert named["subnet/subnet-1"] == named["subnet/subnet-2"] == named["security-group/sg-1"] == "ec2:CreateNetworkInterface"
    assert set(named["network-interface/*"]) == {
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteNetworkInterfacePermission",
    }
    anywhere = {action for found in statements if found["Resource"] == "*" for action in _listed(found["Action"])}
    assert all(action == "cloudwatch:PutMetricData" or action.startswith("ec2:Describe") for action in anywhere)


def test_every_finding_of_the_rule_packs_is_explained(roles: Roles) -> None:
    assert roles.scene.unexplained == {}


def _listed(value: object) -> list[str]:
    return [*value] if isinstance(value, list) else [value]  # type: ignore[list-item]
