from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.needs.deliveries import delivery_needs

QUEUE = {"Fn::GetAtt": ["Queue", "Arn"]}
TOPIC = {"Ref": "Topic"}
FUNCTION = {"Fn::GetAtt": ["Function", "Arn"]}
TARGETS: dict[str, Any] = {
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Ref": "Key"}}},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
    "Function": {"Type": "AWS::Lambda::Function", "Properties": {}},
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
    "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
}
SENDERS: dict[str, tuple[str, dict[str, Any], set[tuple[str, str, str]]]] = {
    "rule to a queue": (
        "AWS::Events::Rule",
        {"Targets": [{"Arn": QUEUE}]},
        {
            ("events.amazonaws.com", action, name)
            for action, name in (("sqs:SendMessage", "Queue"), ("kms:Decrypt", "Key"), ("kms:GenerateDataKey", "Key"))
        },
    ),
    "rule to a function": (
        "AWS::Events::Rule",
        {"Targets": [{"Arn": FUNCTION}]},
        {("events.amazonaws.com", "lambda:InvokeFunction", "Function")},
    ),
    "rule with dead letters": (
        "AWS::Events::Rule",
        {"Targets": [{"Arn": "arn:elsewhere", "DeadLetterConfig": {"Arn": TOPIC}}]},
        {("events.amazonaws.com", "sns:Publish", "Topic")},
    ),
    "alarm": ("AWS::CloudWatch::Alarm", {"AlarmActions": [TOPIC]}, {("cloudwatch.amazonaws.com", "sns:Publish", "Topic")}),
    "subscription": (
        "AWS::SNS::Subscription",
        {"TopicArn": TOPIC, "Protocol": "lambda", "Endpoint": FUNCTION},
        {("sns.amazonaws.com", "lambda:InvokeFunction", "Function")},
    ),
    "subscription with dead letters": (
        "AWS::SNS::Subscription",
        {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "a@example.com", "RedrivePolicy": {"deadLetterTargetArn": QUEUE}},
        {
            ("sns.amazonaws.com", action, name)
            for action, name in (("sqs:SendMessage", "Queue"), ("kms:Decrypt", "Key"), ("kms:GenerateDataKey", "Key"))
        },
    ),
    "encrypted log group": (
        "AWS::Logs::LogGroup",
        {"KmsKeyId": {"Ref": "Key"}},
        {
            ("logs.us-east-1.amazonaws.com", f"kms:{action}", "Key")
            for action in ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")
        },
    ),
    "access log": (
        "AWS::S3::Bucket",
        {"LoggingConfiguration": {"DestinationBucketName": {"Ref": "Bucket"}, "LogFilePrefix": "x/"}},
        {("logging.s3.amazonaws.com", "s3:PutObject", "Bucket/x/2026-01-01")},
    ),
    "trail": (
        "AWS::CloudTrail::Trail",
        {"S3BucketName": {"Ref": "Bucket"}, "KMSKeyId": {"Ref": "Key"}},
        {
            ("cloudtrail.amazonaws.com", "s3:GetBucketAcl", "Bucket"),
            ("cloudtrail.amazonaws.com", "s3:PutObject", "Bucket/AWSLogs/111122223333/CloudTrail/file"),
            ("cloudtrail.amazonaws.com", "kms:DescribeKey", "Key"),
            ("cloudtrail.amazonaws.com", "kms:GenerateDataKey", "Key"),
        },
    ),
}


def needs(**resources: Any) -> list[Any]:
    return list(delivery_needs(Account({"demo": {"Resources": {**TARGETS, **resources}}})))


@pytest.mark.parametrize(("kind", "properties", "expected"), SENDERS.values(), ids=SENDERS)
def test_services_need_what_they_deliver_to(kind: str, properties: dict[str, Any], expected: set[tuple[str, str, str]]) -> None:
    found = {
        (need.principal, need.action, need.resource.split("demo-", 1)[1]) for need in needs(Sender={"Type": kind, "Properties": properties})
    }
    assert found == expected


def test_services_say_on_whose_behalf_they_act() -> None:
    (need,) = needs(Alarm={"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [TOPIC]}})
    assert dict(need.context) == {
        "aws:sourceaccount": "111122223333",
        "aws:sourcearn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:demo-Alarm",
    }


def test_an_api_invokes_its_function_as_the_method_of_a_stage() -> None:
    uri = {"Fn::Join": ["", ["arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/", FUNCTION, "/invocations"]]}
    resource = {"RestApiId": {"Ref": "Api"}, "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}}
    method = {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": "Review"}, "HttpMethod": "GET", "Integration": {"Uri": uri}}
    (need,) = needs(
        Api={"Type": "AWS::ApiGateway::RestApi", "Properties": {}},
        Stage={"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}},
        Reviews={"Type": "AWS::ApiGateway::Resource", "Properties": {**resource, "PathPart": "reviews"}},
        Review={
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Ref": "Reviews"}, "PathPart": "{id}"},
        },
        Method={"Type": "AWS::ApiGateway::Method", "Properties": method},
    )
    assert need.principal == "apigateway.amazonaws.com"
    assert dict(need.context)["aws:sourcearn"] == "arn:aws:execute-api:us-east-1:111122223333:demo-Api/v1/GET/reviews/example"
