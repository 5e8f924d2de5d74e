"""A small template that has one of everything the documentation reads."""

import json
from typing import Any

import pytest

from blueprints.docs.template import Template


def resource(kind: str, path: str, properties: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties or {}, "Metadata": {"aws:cdk:path": f"stack/{path}"}, **more}


def arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def role(path: str, service: str, *statements: dict[str, Any], **trust: Any) -> dict[str, Any]:
    assume = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}, **trust}]}
    policies = [{"PolicyName": "Own", "PolicyDocument": {"Statement": list(statements)}}] if statements else []
    return resource("AWS::IAM::Role", path, {"AssumeRolePolicyDocument": assume, "Policies": policies})


def allow(actions: str | list[str], resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def task(function: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": function}, **more}


DEFINITION = {
    "StartAt": "Read",
    "States": {
        "Read": task("<READ>", Next="Each", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]),
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}},
            "Next": "Big",
        },
        "Big": {"Type": "Choice", "Choices": [{"Variable": "$.pages", "NumericGreaterThan": 3, "Next": "Failed"}], "Default": "Done"},
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail"},
    },
}


def joined(definition: dict[str, Any]) -> dict[str, Any]:
    before, after = json.dumps(definition).split("<READ>")
    return {"Fn::Join": ["", [before, arn("Read"), after]]}


RESOURCES: dict[str, Any] = {
    "Key": resource("AWS::KMS::Key", "Key/Resource", DeletionPolicy="Retain"),
    "Inbox": resource("AWS::S3::Bucket", "Storage/Inbox/Resource", DeletionPolicy="Retain"),
    "Index": resource("AWS::DynamoDB::Table", "Storage/Index/Resource", {"KeySchema": []}, DeletionPolicy="Delete"),
    "Lost": resource("AWS::SQS::Queue", "Intake/Lost/Resource"),
    "Queue": resource(
        "AWS::SQS::Queue", "Intake/Queue/Resource", {"RedrivePolicy": {"deadLetterTargetArn": arn("Lost"), "maxReceiveCount": 5}}
    ),
    "Arrived": resource(
        "AWS::Events::Rule",
        "Intake/Arrived/Resource",
        {
            "EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [{"Ref": "Inbox"}]}}},
            "Targets": [{"Id": "Target0", "Arn": arn("Queue")}],
        },
    ),
    "StartRole": role("Intake/StartRole/Resource", "lambda.amazonaws.com", allow("states:StartExecution", {"Ref": "Machine"})),
    "Start": resource(
        "AWS::Lambda::Function", "Intake/Start/Resource", {"Handler": "start_reading.handler.handler", "Role": arn("StartRole")}
    ),
    "Mapping": resource(
        "AWS::Lambda::EventSourceMapping", "Intake/Start/Mapping", {"EventSourceArn": arn("Queue"), "FunctionName": {"Ref": "Start"}}
    ),
    "ReadRole": role(
        "Work/ReadRole/Resource",
        "lambda.amazonaws.com",
        allow(["s3:GetObject*"], [arn("Inbox"), {"Fn::Join": ["", [arn("Inbox"), "/*"]]}]),
        allow(["dynamodb:PutItem", "dynamodb:GetItem"], arn("Index")),
        allow("textract:DetectDocumentText", "*"),
        allow("iam:PassRole", arn("NoticeRole"), Condition={"StringEquals": {"iam:PassedToService": "textract.amazonaws.com"}}),
    ),
    "Read": resource("AWS::Lambda::Function", "Work/Read/Resource", {"Handler": "read_page.handler.handler", "Role": arn("ReadRole")}),
    "MachineRole": role("Work/MachineRole/Resource", "states.amazonaws.com", allow("lambda:InvokeFunction", arn("Read"))),
    "Machine": resource(
        "AWS::StepFunctions::StateMachine", "Work/Machine/Resource", {"DefinitionString": joined(DEFINITION), "RoleArn": arn("MachineRole")}
    ),
    "Notices": resource("AWS::SNS::Topic", "Work/Notices/Resource"),
    "NoticeRole": role(
        "Work/NoticeRole/Resource",
        "textract.amazonaws.com",
        allow("sns:Publish", {"Ref": "Notices"}),
        Condition={"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    ),
    "AnswerRole": role("Work/AnswerRole/Resource", "lambda.amazonaws.com", allow("states:SendTaskSuccess", {"Ref": "Machine"})),
    "Answer": resource(
        "AWS::Lambda::Function", "Work/Answer/Resource", {"Handler": "answer_task.handler.handler", "Role": arn("AnswerRole")}
    ),
    "Subscription": resource("AWS::SNS::Subscription", "Work/Subscription", {"TopicArn": {"Ref": "Notices"}, "Endpoint": arn("Answer")}),
    "Endpoint": resource("AWS::EC2::VPCEndpoint", "Network/Textract/Resource", {"VpcEndpointType": "Interface"}),
    "Gateway": resource("AWS::EC2::VPCEndpoint", "Network/S3/Resource", {"VpcEndpointType": "Gateway"}),
    "Late": resource(
        "AWS::CloudWatch::Alarm",
        "Alarms/Late/Resource",
        {
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}],
            "Statistic": "Maximum",
            "Period": 300,
            "Threshold": 3600,
            "EvaluationPeriods": 3,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmDescription": "Documents wait | look at the queue.",
        },
    ),
    "CustomHandler": resource("AWS::Lambda::Function", "Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler"),
}
OUTPUTS = {"InboxName": {"Value": {"Ref": "Inbox"}, "Description": "Put pages here"}}


@pytest.fixture
def body() -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps({"Resources": RESOURCES, "Outputs": OUTPUTS}))
    return copied


@pytest.fixture
def template(body: dict[str, Any]) -> Template:
    return Template(body)
