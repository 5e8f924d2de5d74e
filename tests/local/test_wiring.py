"""Events travel through the embedded AWS as they do through AWS, and rights are checked on the way."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw
from tests.waiting import until

START = """
import boto3, json, os

def handler(event, context):
    failures = []
    for record in event["Records"]:
        found = json.loads(record["body"])["detail"]["object"]["key"]
        if "poison" in found:
            failures.append({"itemIdentifier": record["messageId"]})
        else:
            states = boto3.client("stepfunctions")
            states.start_execution(stateMachineArn=os.environ["MACHINE"], input=json.dumps({"key": found}))
    return {"batchItemFailures": failures}
"""
ANSWER = """
import boto3, json

def handler(event, context):
    boto3.client("stepfunctions").send_task_success(taskToken=event["token"], output=json.dumps(event["key"]))
"""
WAIT = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Arguments": {"FunctionName": "${Answer}", "Payload": {"key": "{% $states.input.key %}", "token": "{% $states.context.Task.Token %}"}},
    "TimeoutSeconds": 30,
    "End": True,
}
WORKFLOW = {"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {"Wait": WAIT}}


def target(queue: str) -> list[dict[str, Any]]:
    return [{"Id": "Queue", "Arn": raw.attribute(queue)}]


@pytest.fixture(scope="module")
def pipeline(embedded_aws: EmbeddedAws) -> Mapping[str, str]:
    """A bucket whose new objects start executions, by way of EventBridge, a queue and a function."""
    redrive = {"deadLetterTargetArn": raw.attribute("Dead"), "maxReceiveCount": 1}
    created = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [raw.ref("Bucket")]}}}
    ended = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [raw.ref("Machine")]}}
    resources = {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}},
        },
        "Created": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": created, "Targets": target("Intake")}},
        "Intake": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 1, "RedrivePolicy": redrive}},
        "IntakePolicy": raw.queue_policy("Intake"),
        "Dead": {"Type": "AWS::SQS::Queue"},
        "StartRole": raw.role(
            "lambda.amazonaws.com",
            raw.allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=raw.attribute("Intake")),
            raw.allow("states:StartExecution", on=raw.ref("Machine")),
        ),
        "Start": raw.function("StartRole", START, Environment={"Variables": {"MACHINE": raw.ref("Machine")}}),
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": raw.attribute("Intake"),
                "FunctionName": raw.ref("Start"),
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            },
        },
        "MachineRole": raw.role("states.amazonaws.com", raw.allow("lambda:InvokeFunction", on=raw.attribute("Answer"))),
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": raw.attribute("MachineRole"),
                "DefinitionString": json.dumps(WORKFLOW),
                "DefinitionSubstitutions": {"Answer": raw.attribute("Answer")},
            },
        },
        "AnswerRole": raw.role(
            "lambda.amazonaws.com", raw.allow("states:SendTaskSuccess", on={"Fn::Sub": "arn:aws:states:*:*:stateMachine:*"})
        ),
        "Answer": raw.function("AnswerRole", ANSWER),
        "Ended": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": ended, "Targets": target("Outcomes")}},
        "Outcomes": {"Type": "AWS::SQS::Queue"},
        "OutcomesPolicy": raw.queue_policy("Outcomes"),
    }
    return raw.deploy(
        embedded_aws, "pipeline", resources, {name: raw.ref(name) for name in ("Bucket", "Intake", "Dead", "Machine", "Outcomes")}
    )


@pytest.mark.parametrize("key", ["plain.pdf", "a b/ü+%20&=.pdf"])
def test_an_upload_runs_through_to_its_answer(embedded_aws: EmbeddedAws, pipeline: Mapping[str, str], key: str) -> None:
    embedded_aws.client("s3").put_object(Bucket=pipeline["Bucket"], Key=key, Body=b"a")
    (message,) = raw.messages(embedded_aws, pipeline["Outcomes"])
    detail = json.loads(message["Body"])["detail"]
    assert (detail["stateMachineArn"], json.loads(detail["input"])["key"]) == (pipeline["Machine"], key)
    assert json.loads(detail["output"]) == key
    embedded_aws.client("sqs").delete_message(QueueUrl=pipeline["Outcomes"], ReceiptHandle=message["ReceiptHandle"])


def test_poison_dies_and_is_redriven(embedded_aws: EmbeddedAws, pipeline: Mapping[str, str]) -> None:
    sqs = embedded_aws.client("sqs")
    embedded_aws.client("s3").put_object(Bucket=pipeline["Bucket"], Key="poison", Body=b"a")
    (dead,) = raw.messages(embedded_aws, pipeline["Dead"], AttributeNames=["All"], VisibilityTimeout=0)
    source = dead["Attributes"]["DeadLetterQueueSourceArn"]
    assert source.endswith(pipeline["Intake"].rpartition("/")[2])
    arn = sqs.get_queue_attributes(QueueUrl=pipeline["Dead"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.start_message_move_task(SourceArn=arn)
    row = until(lambda: [row for row in sqs.list_message_move_tasks(SourceArn=arn)["Results"] if row["Status"] == "COMPLETED"])[0]
    assert row["ApproximateNumberOfMessagesMoved"] == 1
    (again,) = raw.messages(embedded_aws, pipeline["Dead"], AttributeNames=["All"])
    assert json.loads(again["Body"])["detail"]["object"]["key"] == "poison"


READ = """
import boto3, os

def handler(event, context):
    return boto3.client("dynamodb").get_item(TableName=os.environ["TABLE"], Key={"pk": {"S": "a"}}).get("Item")
"""


@pytest.mark.parametrize(("statements", "failed"), [((), True), ((raw.allow("dynamodb:GetItem", on=raw.attribute("Table")),), False)])
def test_functions_have_the_rights_of_their_role_and_no_others(
    embedded_aws: EmbeddedAws, statements: tuple[Any, ...], failed: bool
) -> None:
    resources = {
        "Table": raw.TABLE,
        "Role": raw.role("lambda.amazonaws.com", *statements),
        "Function": raw.function("Role", READ, Environment={"Variables": {"TABLE": raw.ref("Table")}}),
    }
    name = raw.deploy(embedded_aws, f"rights-{len(statements)}", resources, {"Name": raw.ref("Function")})["Name"]
    result, has_failed = raw.invoke(embedded_aws, name)
    assert has_failed is failed
    assert not failed or "not authorized to perform: dynamodb:GetItem" in result["errorMessage"]


def test_notices_reach_queues_as_they_were_published(embedded_aws: EmbeddedAws) -> None:
    resources = {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Policy": raw.queue_policy("Queue"),
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": raw.ref("Topic"), "Protocol": "sqs", "Endpoint": raw.attribute("Queue"), "RawMessageDelivery": True},
        },
    }
    names = raw.deploy(embedded_aws, "notices", resources, {"Topic": raw.ref("Topic"), "Queue": raw.ref("Queue")})
    embedded_aws.client("sns").publish(TopicArn=names["Topic"], Message='{"a": 1}')
    assert [message["Body"] for message in raw.messages(embedded_aws, names["Queue"])] == ['{"a": 1}']
