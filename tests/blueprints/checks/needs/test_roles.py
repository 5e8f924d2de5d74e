from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.roles import service_role_needs

STREAM = "arn:aws:logs:us-east-1:111122223333:log-group:s-Group:log-stream:stream"
MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:s-Machine"
WAITING = "arn:aws:sqs:us-east-1:111122223333:s-Queue"
QUEUE = {"Fn::GetAtt": ["Queue", "Arn"]}
GROUP = {"Fn::GetAtt": ["Group", "Arn"]}


@pytest.mark.parametrize(
    ("kind", "properties", "actions", "resource"),
    [
        (
            "AWS::EC2::FlowLog",
            {"DeliverLogsPermissionArn": "arn:role", "LogGroupName": {"Ref": "Group"}},
            {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
            STREAM,
        ),
        (
            "AWS::CloudTrail::Trail",
            {"CloudWatchLogsRoleArn": "arn:role", "CloudWatchLogsLogGroupArn": GROUP},
            {"logs:CreateLogStream", "logs:PutLogEvents"},
            STREAM,
        ),
        ("AWS::CloudTrail::Trail", {}, set(), STREAM),
        ("AWS::Events::Rule", {"Targets": [{"Arn": {"Ref": "Machine"}, "RoleArn": "arn:role"}]}, {"states:StartExecution"}, MACHINE),
        ("AWS::Scheduler::Schedule", {"Target": {"Arn": QUEUE, "RoleArn": "arn:role"}}, {"sqs:SendMessage"}, WAITING),
        (
            "Custom::InvocationLogging",
            {"LogGroupName": {"Ref": "Group"}, "BucketName": "", "RoleArn": "arn:role"},
            {"logs:CreateLogStream", "logs:PutLogEvents"},
            STREAM.replace("stream:stream", "stream:aws/bedrock/modelinvocations"),
        ),
        (
            "AWS::ApiGateway::Account",
            {"CloudWatchRoleArn": "arn:role"},
            {
                f"logs:{action}"
                for action in (
                    *("CreateLogGroup", "CreateLogStream", "DescribeLogGroups", "DescribeLogStreams"),
                    *("FilterLogEvents", "GetLogEvents", "PutLogEvents"),
                )
            },
            "*",
        ),
    ],
)
def test_services_use_the_role_that_they_are_given(kind: str, properties: dict[str, Any], actions: set[str], resource: str) -> None:
    resources = {
        "Group": {"Type": "AWS::Logs::LogGroup"},
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {}},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "User": {"Type": kind, "Properties": properties},
    }
    found = list(service_role_needs(Account({"s": {"Resources": resources}}), Facts()))
    assert {need.action for need in found} == actions
    assert all((need.principal, need.resource) == ("arn:role", resource) for need in found)
