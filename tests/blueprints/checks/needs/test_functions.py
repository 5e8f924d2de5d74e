from typing import Any

from blueprints.checks.deployed import Account
from blueprints.checks.needs.functions import NETWORK_ACTIONS, QUEUE_SOURCE_ACTIONS, runtime_needs

STREAM = "arn:aws:logs:us-east-1:111122223333:log-group:s-Group:log-stream:stream"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:s-Queue"


def needed(more: dict[str, Any] | None = None, **properties: Any) -> set[tuple[str, str]]:
    function = {"Role": "arn:role", "LoggingConfig": {"LogGroup": {"Ref": "Group"}}, **properties}
    resources = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Group": {"Type": "AWS::Logs::LogGroup"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        **(more or {}),
    }
    account = Account({"s": {"Resources": resources}})
    (found,) = account.of_type("AWS::Lambda::Function")
    return {(need.action, need.resource) for need in runtime_needs(account, found)}


LOGS = {("logs:CreateLogStream", STREAM), ("logs:PutLogEvents", STREAM)}


def test_every_function_writes_its_log() -> None:
    assert needed() == LOGS


def test_a_traced_function_sends_its_traces() -> None:
    assert needed(TracingConfig={"Mode": "Active"}) == LOGS | {("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")}


def test_a_function_in_a_network_makes_interfaces() -> None:
    found = needed(VpcConfig={"SubnetIds": ["a"]}) - LOGS
    assert {action for action, _ in found} == set(NETWORK_ACTIONS)
    assert ("ec2:DescribeSubnets", "*") in found
    assert ("ec2:CreateNetworkInterface", "arn:aws:ec2:us-east-1:111122223333:subnet/example") in found


def test_a_function_reads_the_queue_that_feeds_it() -> None:
    source = {"FunctionName": {"Ref": "Function"}, "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}}
    mapping = {"Source": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": source}}
    assert needed(mapping) == LOGS | {(action, QUEUE) for action in QUEUE_SOURCE_ACTIONS}


def test_failed_invocations_go_to_their_destinations() -> None:
    target = {"OnFailure": {"Destination": {"Fn::GetAtt": ["Queue", "Arn"]}}}
    config = {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": {"FunctionName": {"Ref": "Function"}, "DestinationConfig": target}}
    assert needed({"Config": config}) == LOGS | {("sqs:SendMessage", QUEUE)}
    assert needed(DeadLetterConfig={"TargetArn": {"Fn::GetAtt": ["Queue", "Arn"]}}) == LOGS | {("sqs:SendMessage", QUEUE)}
