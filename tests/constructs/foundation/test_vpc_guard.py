from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.foundation.vpc_guard import VpcGuard


@pytest.fixture
def guard(stack: cdk.Stack, key: DataKey) -> VpcGuard:
    vpc = ec2.Vpc(
        stack, "Vpc", restrict_default_security_group=False, nat_gateways=0, create_internet_gateway=False, subnet_configuration=[]
    )
    return VpcGuard(stack, "Guard", vpc=vpc, defaults=HandlerDefaults(key=key))


def statements(template: Template) -> list[Any]:
    return [
        statement
        for policy in template.find_resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_its_function_is_told_the_default_group_and_the_region(guard: VpcGuard, template: Callable[[], Template]) -> None:
    group = {"Fn::GetAtt": ["Vpc8378EB38", "DefaultSecurityGroup"]}
    template().has_resource_properties("Custom::SecureVpc", {"GroupId": group, "Region": {"Ref": "AWS::Region"}, "ServiceTimeout": "300"})


def test_its_function_may_take_rules_out_of_the_default_group_and_no_other(guard: VpcGuard, template: Callable[[], Template]) -> None:
    (statement,) = [found for found in statements(template()) if "ec2:RevokeSecurityGroupEgress" in found["Action"]]
    assert statement["Action"] == ["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"]
    assert statement["Resource"]["Fn::Join"][1][-2:] == [":security-group/", {"Fn::GetAtt": ["Vpc8378EB38", "DefaultSecurityGroup"]}]


def test_its_function_may_list_prefix_lists(guard: VpcGuard, template: Callable[[], Template]) -> None:
    assert [found["Resource"] for found in statements(template()) if found["Action"] == "ec2:DescribeManagedPrefixLists"] == ["*"]


def test_it_waits_for_the_permissions_of_its_function(guard: VpcGuard, template: Callable[[], Template]) -> None:
    (resource,) = template().find_resources("Custom::SecureVpc").values()
    policies = template().find_resources("AWS::IAM::Policy")
    assert {name for name, policy in policies.items() if "ec2:" in str(policy)} <= set(resource["DependsOn"])


def test_its_log_is_encrypted_and_expires(guard: VpcGuard, template: Callable[[], Template]) -> None:
    template().has_resource_properties("AWS::Logs::LogGroup", {"KmsKeyId": Match.any_value(), "RetentionInDays": 365})


def test_it_knows_the_prefix_lists_of_the_gateways(guard: VpcGuard, stack: cdk.Stack) -> None:
    found = [stack.resolve(prefix_list)["Fn::GetAtt"][1] for prefix_list in (guard.s3_prefix_list, guard.dynamodb_prefix_list)]
    assert found == ["S3PrefixList", "DynamoDbPrefixList"]


def test_no_rule_of_any_pack_is_left_unmet_or_unexplained(guard: VpcGuard, findings: Callable[[], dict[str, list[str]]]) -> None:
    assert [path for paths in findings().values() for path in paths if "Guard" in path] == []
