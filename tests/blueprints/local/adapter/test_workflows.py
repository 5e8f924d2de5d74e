"""Step Functions: tasks act with the role of their state machine, and end as AWS documents it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.services import stepfunctions

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

INVOKE = "arn:aws:states:::lambda:invoke"
WAIT = f"{INVOKE}.waitForTaskToken"
TOKEN = "{% $states.context.Task.Token %}"
CODE = """
import boto3, json

class Odd(Exception):
    pass

def handler(event, context):
    states = boto3.client("stepfunctions")
    if event.get("answer") == "success":
        states.send_task_success(taskToken=event["token"], output=json.dumps({"answered": True}))
    if event.get("answer") == "failure":
        states.send_task_failure(taskToken=event["token"], error="Refused", cause="by the function")
    if event.get("raise"):
        raise Odd("on purpose")
    return event
"""


@dataclass(frozen=True)
class Deployed:
    """A function, a queue, a table and a bucket; a role that may use them, and one that may do nothing."""

    aws: EmbeddedAws
    names: Mapping[str, str]

    def run(self, resource: str, arguments: Any, *, role: str = "Allowed", **fields: Any) -> dict[str, Any]:
        return raw.run_task(self.aws, self.names[role], resource, arguments, **fields)

    def invoke(self, payload: Any, *, resource: str = INVOKE, **fields: Any) -> dict[str, Any]:
        return self.run(resource, {"FunctionName": self.names["Function"], "Payload": payload}, **fields)

    def define(self, definition: Mapping[str, Any], data: Any = None, *, role: str = "Allowed") -> dict[str, Any]:
        return raw.run_definition(self.aws, self.names[role], definition, data)


def deployed(aws: EmbeddedAws) -> Deployed:
    machines = {"Fn::Sub": "arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:*"}
    uses = raw.allow("lambda:InvokeFunction", "dynamodb:UpdateItem", "sqs:SendMessage", "s3:ListBucket", "s3:PutObject")
    resources = {
        "Answering": raw.role("lambda.amazonaws.com", raw.allow("states:SendTaskSuccess", "states:SendTaskFailure", on=machines)),
        "Function": raw.function("Answering", CODE),
        "Table": raw.TABLE,
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Allowed": raw.role("states.amazonaws.com", uses),
        "Powerless": raw.role("states.amazonaws.com"),
    }
    outputs = {name: raw.ref(name) for name in ("Function", "Table", "Bucket", "Queue")}
    arns = {name: raw.attribute(name) for name in ("Allowed", "Powerless")}
    return Deployed(aws, raw.deploy(aws, "workflow", resources, {**outputs, **arns}))


@pytest.fixture(scope="module")
def plain(plain_aws: EmbeddedAws) -> Deployed:
    return deployed(plain_aws)


@pytest.fixture(scope="module")
def adapted(adapted_aws: EmbeddedAws) -> Deployed:
    return deployed(adapted_aws)


@pytest.mark.long
def test_ministack_lets_tasks_do_what_their_role_may_not(plain: Deployed) -> None:
    assert plain.invoke({}, role="Powerless")["status"] == "SUCCEEDED"


def test_tasks_act_as_their_role(adapted: Deployed) -> None:
    assert json.loads(adapted.invoke({"a": 1})["output"])["Payload"] == {"a": 1}
    refused = adapted.invoke({}, role="Powerless")
    assert refused["error"] == "Lambda.AWSLambdaException"
    assert "not authorized to perform: lambda:InvokeFunction" in refused["cause"]


def test_optimised_integrations_are_refused_too(adapted: Deployed) -> None:
    message = {"QueueUrl": adapted.names["Queue"], "MessageBody": "a"}
    assert adapted.run("arn:aws:states:::sqs:sendMessage", message, role="Powerless")["error"] == "SQS.AmazonSQSException"


@pytest.mark.long
def test_ministack_knows_few_services_of_the_sdk(plain: Deployed) -> None:
    refused = plain.run("arn:aws:states:::aws-sdk:textract:getAdapter", {"AdapterId": "123456789012"})
    assert "not supported" in refused["cause"]


def test_every_service_of_the_sdk_can_be_called(adapted: Deployed) -> None:
    refused = adapted.run("arn:aws:states:::aws-sdk:textract:getAdapter", {"AdapterId": "123456789012"})
    assert "not authorized to perform: textract:GetAdapter" in refused["cause"]


def acquire(here: Deployed, holder: str) -> dict[str, Any]:
    """Takes the only slot of a semaphore, as the blueprints do."""
    return here.run(
        "arn:aws:states:::dynamodb:updateItem",
        {
            "TableName": here.names["Table"],
            "Key": {"pk": {"S": "slots"}},
            "UpdateExpression": "ADD holders :set",
            "ConditionExpression": "attribute_not_exists(holders) OR size(holders) < :slots OR contains(holders, :name)",
            "ExpressionAttributeValues": {":set": {"SS": [holder]}, ":name": {"S": holder}, ":slots": {"N": "1"}},
        },
    )


def test_errors_of_conditions_have_their_name(adapted: Deployed) -> None:
    assert [acquire(adapted, holder)["status"] for holder in ("first", "first")] == ["SUCCEEDED", "SUCCEEDED"]
    assert acquire(adapted, "second")["error"] == "DynamoDB.ConditionalCheckFailedException"


def test_tokens_can_be_answered(adapted: Deployed) -> None:
    assert json.loads(adapted.invoke({"token": TOKEN, "answer": "success"}, resource=WAIT)["output"]) == {"answered": True}
    failed = adapted.invoke({"token": TOKEN, "answer": "failure"}, resource=WAIT)
    assert (failed["error"], failed["cause"]) == ("Refused", "by the function")


@pytest.mark.long
def test_ministack_swallows_failures_of_functions_that_should_hand_a_token_on(plain: Deployed) -> None:
    assert plain.invoke({"token": TOKEN, "raise": True}, resource=WAIT, TimeoutSeconds=1)["error"] == "States.Timeout"


def test_failures_of_functions_that_should_hand_a_token_on_count(adapted: Deployed) -> None:
    assert adapted.invoke({"token": TOKEN, "raise": True}, resource=WAIT, TimeoutSeconds=30)["error"] == "Odd"


@pytest.mark.long
def test_ministack_waits_for_no_heartbeat(plain: Deployed) -> None:
    silent = plain.invoke({"token": TOKEN}, resource=WAIT, HeartbeatSeconds=1, TimeoutSeconds=2)
    assert silent["error"] == "States.Timeout"


def test_heartbeats_are_waited_for(adapted: Deployed) -> None:
    silent = adapted.invoke({"token": TOKEN}, resource=WAIT, HeartbeatSeconds=1, TimeoutSeconds=30)
    assert silent["error"] == "States.HeartbeatTimeout"


def test_tokens_expire(adapted: Deployed) -> None:
    states = adapted.aws.client("stepfunctions")
    with pytest.raises(ClientError, match="InvalidToken"):
        states.send_task_success(taskToken="unheard-of", output="{}")


def test_answering_is_allowed_state_machine_by_state_machine(adapted_aws: EmbeddedAws) -> None:
    other = "arn:aws:states:us-east-1:123456789012:stateMachine:other"
    resources = {
        "Wrong": raw.role("lambda.amazonaws.com", raw.allow("states:SendTaskSuccess", on=other)),
        "Function": raw.function("Wrong", CODE),
        "Role": raw.role("states.amazonaws.com", raw.allow("lambda:InvokeFunction")),
    }
    names = raw.deploy(adapted_aws, "wrong-answer", resources, {"Function": raw.ref("Function"), "Role": raw.attribute("Role")})
    arguments = {"FunctionName": names["Function"], "Payload": {"token": TOKEN, "answer": "success"}}
    refused = raw.run_task(adapted_aws, names["Role"], WAIT, arguments)
    assert "not authorized to perform: states:SendTaskSuccess" in refused["cause"]


LATE = {"TimeoutSeconds": 1, "StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}}}


@pytest.mark.long
def test_ministack_lets_executions_take_longer_than_they_may(plain: Deployed) -> None:
    assert plain.define(LATE)["status"] == "SUCCEEDED"


def test_executions_end_in_time(adapted: Deployed) -> None:
    assert adapted.define(LATE)["status"] == "TIMED_OUT"


def start_twice(here: Deployed) -> tuple[str, str]:
    states = here.aws.client("stepfunctions")
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}
    machine = states.create_state_machine(name="once", definition=json.dumps(definition), roleArn=here.names["Allowed"])["stateMachineArn"]
    first, second = (states.start_execution(stateMachineArn=machine, name="same", input="{}") for _ in range(2))
    return first["executionArn"], second["executionArn"]


@pytest.mark.long
def test_ministack_refuses_a_repeated_start(plain: Deployed) -> None:
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        start_twice(plain)


def test_a_repeated_start_has_one_effect(adapted: Deployed) -> None:
    first, second = start_twice(adapted)
    assert first == second
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        adapted.aws.client("stepfunctions").start_execution(
            stateMachineArn=first.rpartition(":")[0].replace(":execution:", ":stateMachine:"), name="same", input='{"other": 1}'
        )


def list_bucket(here: Deployed, role: str = "Allowed") -> dict[str, Any]:
    """Sends a message for each object, and writes down what was sent."""
    bucket = here.names["Bucket"]
    for key in ("in/a b", "in/ü+"):
        here.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"a")
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": here.names["Queue"], "MessageBody": {"key.$": "$.Key"}},
        "End": True,
    }
    listing = {
        "Type": "Map",
        "Label": "Objects",
        "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": bucket, "Prefix": "in/"}},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "Send",
            "States": {"Send": send},
        },
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": bucket, "Prefix": "out"}},
        "ResultPath": "$.written",
        "End": True,
    }
    return here.define({"StartAt": "List", "States": {"List": listing}}, {"kept": True}, role=role)


@pytest.mark.long
def test_ministack_ignores_where_results_go(plain: Deployed) -> None:
    assert len(json.loads(list_bucket(plain)["output"])["written"]) == 2


def test_distributed_maps_write_their_results(adapted: Deployed) -> None:
    output = json.loads(list_bucket(adapted)["output"])
    place = output["written"]["ResultWriterDetails"]
    assert output["kept"] is True
    s3 = adapted.aws.client("s3")
    manifest = json.loads(s3.get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"].read())
    (succeeded,) = manifest["ResultFiles"]["SUCCEEDED"]
    rows = json.loads(s3.get_object(Bucket=place["Bucket"], Key=succeeded["Key"])["Body"].read())
    assert sorted(json.loads(row["Input"])["Key"] for row in rows) == ["in/a b", "in/ü+"]


@pytest.mark.long
def test_ministack_reads_buckets_that_the_role_may_not(plain: Deployed) -> None:
    assert list_bucket(plain, role="Powerless")["status"] == "SUCCEEDED"


def test_distributed_maps_read_as_their_role(adapted: Deployed) -> None:
    refused = list_bucket(adapted, role="Powerless")
    assert refused["error"] == "States.ItemReaderFailed"
    assert "s3:ListBucket" in refused["cause"]


def missing(here: Deployed, path: str) -> dict[str, Any]:
    state = {"Type": "Pass", "Parameters": {"found.$": path}, "End": True}
    return here.define({"StartAt": "Pass", "States": {"Pass": state}}, {"a": {"b": [1, None]}})


@pytest.mark.long
def test_ministack_makes_null_of_what_is_not_there(plain: Deployed) -> None:
    assert missing(plain, "$.a.c")["output"] == '{"found": null}'


@pytest.mark.parametrize("path", ["$.a.c", "$.a.b[2]", "$.a.b.c", "$$.Map.Item"])
def test_paths_have_to_lead_somewhere(adapted: Deployed, path: str) -> None:
    failed = missing(adapted, path)
    assert failed["error"] == "States.Runtime"
    assert "specified for the field 'found.$' could not be found" in failed["cause"]


@pytest.mark.parametrize(("path", "found"), [("$.a.b[1]", None), ("$.a.b[0]", 1), ("$.a.b[*]", [1, None]), ("$", {"a": {"b": [1, None]}})])
def test_paths_that_lead_somewhere_are_followed(adapted: Deployed, path: str, found: Any) -> None:
    assert json.loads(missing(adapted, path)["output"]) == {"found": found}


@pytest.mark.long
def test_ministack_knows_no_limits_of_retries_and_catches() -> None:
    retrier = {"ErrorEquals": ["A"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxDelaySeconds": 3}
    assert stepfunctions._find_matching_retrier([retrier], "A", {0: 2}) == (retrier, 0)
    assert stepfunctions._error_matches(["States.ALL"], "States.DataLimitExceeded")
