from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.foundation.flow_logs import FlowLogs


@pytest.fixture
def vpc(stack: cdk.Stack) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"])


@pytest.fixture
def defined(stack: cdk.Stack, vpc: ec2.IVpc, key: DataKey) -> FlowLogs:
    return FlowLogs(stack, "FlowLogs", vpc=vpc, defaults=HandlerDefaults(key=key))


def test_every_connection_is_logged(defined: FlowLogs, template: Callable[[], Template]) -> None:
    expected = {
        "TrafficType": "ALL",
        "ResourceType": "VPC",
        "ResourceId": "vpc-0123456789abcdef0",
        "LogDestinationType": "cloud-watch-logs",
    }
    template().has_resource_properties("AWS::EC2::FlowLog", expected)


def test_the_log_is_encrypted_and_kept_for_a_year(defined: FlowLogs, template: Callable[[], Template]) -> None:
    expected = {"KmsKeyId": Match.any_value(), "RetentionInDays": 365}
    template().has_resource("AWS::Logs::LogGroup", {"DeletionPolicy": "Retain", "Properties": expected})


def test_the_log_is_kept_as_long_as_the_defaults_say(
    stack: cdk.Stack, vpc: ec2.IVpc, key: DataKey, template: Callable[[], Template]
) -> None:
    defaults = HandlerDefaults(key=key, log_retention=logs.RetentionDays.TWO_YEARS, removal_policy=cdk.RemovalPolicy.DESTROY)
    FlowLogs(stack, "FlowLogs", vpc=vpc, defaults=defaults)
    template().has_resource("AWS::Logs::LogGroup", {"DeletionPolicy": "Delete", "Properties": {"RetentionInDays": 731}})


def test_the_role_serves_flow_logs_of_this_account_only(defined: FlowLogs, template: Callable[[], Template]) -> None:
    arn = ["arn:", {"Ref": "AWS::Partition"}, ":ec2:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":vpc-flow-log/*"]
    trust = {
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Condition": {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            "ArnLike": {"aws:SourceArn": {"Fn::Join": ["", arn]}},
        },
    }
    template().has_resource_properties("AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Statement": [Match.object_like(trust)]}})
