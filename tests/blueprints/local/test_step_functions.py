"""What tasks of state machines call, and how their errors are named."""

import io
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from botocore.stub import Stubber

from blueprints.local import step_functions
from blueprints.local.step_functions import Integration, TaskError, Token, Tokens, call, delayed, matches, read_items, write_results

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:a"
Services = Callable[[str], Any]


class Stubs:
    """Clients whose answers are given beforehand."""

    def __init__(self) -> None:
        self._stubs: dict[str, Stubber] = {}

    def __call__(self, service: str) -> Any:
        return self[service].client

    def __getitem__(self, service: str) -> Stubber:
        if service not in self._stubs:
            self._stubs[service] = Stubber(boto3.client(service, region_name="us-east-1"))  # type: ignore[call-overload]
            self._stubs[service].activate()
        return self._stubs[service]


@pytest.fixture
def aws() -> Stubs:
    return Stubs()


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:states:::lambda:invoke", ("lambda", "Invoke", "Lambda", "AWSLambdaException", "", True)),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", ("lambda", "Invoke", "Lambda", "AWSLambdaException", "waitForTaskToken", True)),
        ("arn:aws:lambda:us-east-1:123456789012:function:f", ("lambda", "Invoke", "Lambda", "AWSLambdaException", "", False)),
        ("arn:aws:states:::dynamodb:updateItem", ("dynamodb", "UpdateItem", "DynamoDB", "AmazonDynamoDBException", "", True)),
        ("arn:aws:states:::aws-sdk:dynamodb:updateItem", ("dynamodb", "UpdateItem", "DynamoDb", "DynamoDbException", "", False)),
        ("arn:aws:states:::aws-sdk:sfn:startExecution", ("stepfunctions", "StartExecution", "Sfn", "SfnException", "", False)),
        (
            "arn:aws:states:::aws-sdk:bedrockruntime:converse",
            ("bedrock-runtime", "Converse", "BedrockRuntime", "BedrockRuntimeException", "", False),
        ),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            ("stepfunctions", "StartExecution", "StepFunctions", "AWSStepFunctionsException", "sync:2", True),
        ),
    ],
)
def test_resources_are_read(resource: str, expected: tuple[Any, ...]) -> None:
    service, operation, errors, unknown, pattern, optimised = expected
    assert Integration.parse(resource) == Integration(service, operation, errors, unknown, pattern, optimised=optimised)


def test_parameters_and_results_are_spelt_as_step_functions_does(aws: Stubs) -> None:
    aws["textract"].add_response("start_document_text_detection", {"JobId": "1"}, {"DocumentLocation": {"S3Object": {"Bucket": "bucket"}}})
    parameters = {"DocumentLocation": {"S3Object": {"Bucket": "bucket"}}}
    assert call("arn:aws:states:::aws-sdk:textract:startDocumentTextDetection", parameters, aws) == {"JobId": "1"}


def test_objects_become_text_where_the_api_wants_text(aws: Stubs) -> None:
    url = "http://127.0.0.1/queue"
    aws["sqs"].add_response("send_message", {"MessageId": "1"}, {"QueueUrl": url, "MessageBody": '{"a": 1}'})
    assert call("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": {"a": 1}}, aws) == {"MessageId": "1"}


def test_a_call_without_an_answer_fails_as_one_that_may_be_tried_again() -> None:
    def hang_up(**_: Any) -> None:
        raise ConnectionClosedError(endpoint_url="http://127.0.0.1")

    client = boto3.client("dynamodb", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))
    client.meta.events.register("before-send", hang_up)
    with pytest.raises(TaskError, match="closed before we received a valid response") as failed:
        call("arn:aws:states:::dynamodb:getItem", {"TableName": "abc", "Key": {}}, lambda _: client)
    assert failed.value.error == "DynamoDB.SdkClientException"


@pytest.mark.parametrize(
    ("resource", "service", "method", "code", "error"),
    [
        ("dynamodb:getItem", "dynamodb", "get_item", "ResourceNotFoundException", "DynamoDB.ResourceNotFoundException"),
        ("dynamodb:getItem", "dynamodb", "get_item", "AccessDeniedException", "DynamoDB.AmazonDynamoDBException"),
        ("aws-sdk:s3:getObject", "s3", "get_object", "NoSuchKey", "S3.NoSuchKeyException"),
        ("aws-sdk:textract:getDocumentAnalysis", "textract", "get_document_analysis", "NotImplemented", "Textract.TextractException"),
    ],
)
def test_errors_have_the_names_that_catches_know(aws: Stubs, resource: str, service: str, method: str, code: str, error: str) -> None:
    aws[service].add_client_error(method, code, "no")
    members = {"dynamodb": {"TableName": "abc", "Key": {}}, "s3": {"Bucket": "b", "Key": "k"}, "textract": {"JobId": "1"}}
    with pytest.raises(TaskError) as refused:
        call(f"arn:aws:states:::{resource}", members.get(service, {"QueueUrl": "u", "MessageBody": "m"}), aws)
    assert refused.value.error == error
    assert refused.value.cause == f"no (Status Code: 400; Error Code: {code})"


def test_errors_of_sqs_have_two_codes(aws: Stubs) -> None:
    code = "AWS.SimpleQueueService.NonExistentQueue"
    aws["sqs"].add_client_error("send_message", code, service_error_meta={"QueryErrorCode": "QueueDoesNotExist"})
    with pytest.raises(TaskError, match=r"SQS\.QueueDoesNotExistException"):
        call("arn:aws:states:::sqs:sendMessage", {"QueueUrl": "u", "MessageBody": "m"}, aws)


@pytest.mark.parametrize(
    ("resource", "parameters", "cause"),
    [
        ("arn:aws:states:::aws-sdk:sqs:sendNothing", {}, "there is no operation SendNothing of sqs"),
        ("arn:aws:states:::aws-sdk:nonsense:do", {}, "there is no operation Do of nonsense"),
        ("arn:aws:states:::aws-sdk:sqs:sendMessage", {"Colour": 1}, "Unknown parameter"),
        ("arn:aws:states:::glue:startJobRun.sync", {}, "does not implement arn:aws:states:::glue:startJobRun.sync"),
    ],
)
def test_what_cannot_be_called_fails_at_once(resource: str, parameters: Any, cause: str) -> None:
    with pytest.raises(TaskError, match=cause) as refused:
        call(resource, parameters, lambda service: boto3.client(service, region_name="us-east-1"))  # type: ignore[call-overload]
    assert refused.value.error == "States.Runtime"


def answer_of_function(aws: Stubs, payload: Any, **rest: Any) -> None:
    body = io.BytesIO(json.dumps(payload).encode())
    aws["lambda"].add_response("invoke", {"StatusCode": 200, "Payload": body, **rest})


def test_functions_are_invoked_with_their_payload(aws: Stubs) -> None:
    answer_of_function(aws, {"b": 2})
    result = call("arn:aws:states:::lambda:invoke", {"FunctionName": "f", "Payload": {"a": 1}}, aws)
    assert result == {"ExecutedVersion": "$LATEST", "Payload": {"b": 2}, "StatusCode": 200}


def test_a_functions_arn_is_a_resource_too(aws: Stubs) -> None:
    answer_of_function(aws, {"b": 2})
    assert call("arn:aws:lambda:us-east-1:123456789012:function:f", {"a": 1}, aws) == {"b": 2}


@pytest.mark.parametrize(("payload", "error"), [({"errorType": "Odd"}, "Odd"), ("no details", "Lambda.Unknown")])
def test_errors_of_functions_have_the_name_of_their_exception(aws: Stubs, payload: Any, error: str) -> None:
    answer_of_function(aws, payload, FunctionError="Unhandled")
    with pytest.raises(TaskError) as refused:
        call("arn:aws:states:::lambda:invoke", {"FunctionName": "f"}, aws)
    assert (refused.value.error, json.loads(refused.value.cause)) == (error, payload)


def test_results_are_limited(aws: Stubs) -> None:
    answer_of_function(aws, "a" * step_functions.LIMIT_BYTES)
    with pytest.raises(TaskError, match=r"States\.DataLimitExceeded"):
        call("arn:aws:states:::lambda:invoke", {"FunctionName": "f"}, aws)


def test_events_that_were_not_taken_are_an_error(aws: Stubs) -> None:
    aws["events"].add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "a"}]})
    with pytest.raises(TaskError, match=r"EventBridge\.FailedEntry"):
        call("arn:aws:states:::events:putEvents", {"Entries": [{}]}, aws)


def test_answers_of_models_are_json(aws: Stubs) -> None:
    aws["bedrock-runtime"].add_response("invoke_model", {"body": io.BytesIO(b'{"a": 1}'), "contentType": "application/json"})
    result = call("arn:aws:states:::bedrock:invokeModel", {"ModelId": "m", "Body": {"b": 2}}, aws)
    assert result == {"Body": {"a": 1}, "ContentType": "application/json"}


JOB = {"TransformJobName": "job", "ModelName": "m"}
TRANSFORM = {
    **JOB,
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/in"}}},
    "TransformOutput": {"S3OutputPath": "s3://data/out"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}


def transform(aws: Stubs, *statuses: str, **told: Any) -> Any:
    """Runs a task that waits for a transform job, which has these statuses one after the other."""
    arn = {"TransformJobArn": "arn:aws:sagemaker:us-east-1:123456789012:transform-job/job"}
    aws["sagemaker"].add_response("create_transform_job", arn, TRANSFORM)
    for status in statuses:
        answer = {**TRANSFORM, **arn, "CreationTime": EPOCH, "TransformJobStatus": status, **told}
        aws["sagemaker"].add_response("describe_transform_job", answer, {"TransformJobName": "job"})
    return call("arn:aws:states:::sagemaker:createTransformJob.sync", TRANSFORM, aws)


def test_a_transform_job_is_waited_for(aws: Stubs) -> None:
    result = transform(aws, "InProgress", "Completed")
    assert (result["TransformJobStatus"], result["CreationTime"]) == ("Completed", "1970-01-01T00:00:00+00:00")


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_transform_job_that_does_not_complete_is_the_tasks_failure(aws: Stubs, status: str) -> None:
    with pytest.raises(TaskError) as failure:
        transform(aws, "Stopping", status, FailureReason="ClientError: no")
    assert failure.value.error == "States.TaskFailed"
    assert json.loads(failure.value.cause)["FailureReason"] == "ClientError: no"


def test_errors_of_sagemaker_have_its_name(aws: Stubs) -> None:
    aws["sagemaker"].add_client_error("create_transform_job", "ResourceInUse", "no", 400)
    with pytest.raises(TaskError, match=r"SageMaker\.ResourceInUseException"):
        call("arn:aws:states:::sagemaker:createTransformJob.sync", TRANSFORM, aws)


@pytest.mark.parametrize(("pattern", "output"), [("sync", '{"a": 1}'), ("sync:2", {"a": 1})])
def test_other_executions_are_waited_for(aws: Stubs, pattern: str, output: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_functions, "POLL_SECONDS", 0)
    execution = {"executionArn": f"{MACHINE}:1", "stateMachineArn": MACHINE, "startDate": 0}
    aws["stepfunctions"].add_response("start_execution", {"executionArn": f"{MACHINE}:1", "startDate": 0})
    for status in ("RUNNING", "SUCCEEDED"):
        aws["stepfunctions"].add_response("describe_execution", {**execution, "status": status, "output": '{"a": 1}'})
    assert call(f"arn:aws:states:::states:startExecution.{pattern}", {"StateMachineArn": MACHINE}, aws)["Output"] == output


def test_failures_of_other_executions_are_failures(aws: Stubs) -> None:
    execution = {"executionArn": f"{MACHINE}:1", "stateMachineArn": MACHINE, "startDate": 0, "status": "FAILED", "error": "Odd"}
    aws["stepfunctions"].add_response("start_execution", {"executionArn": f"{MACHINE}:1", "startDate": 0})
    aws["stepfunctions"].add_response("describe_execution", execution)
    with pytest.raises(TaskError, match="Odd") as refused:
        call("arn:aws:states:::states:startExecution.sync", {"StateMachineArn": MACHINE}, aws)
    assert refused.value.error == "States.TaskFailed"


def wait(token: Token, **limits: float) -> Any:
    return token.wait(limits.get("timeout", 5), limits.get("heartbeat", 5), lambda: True)


def test_the_first_answer_to_a_token_counts() -> None:
    tokens = Tokens()
    token = tokens.issue("a", MACHINE)
    tokens.succeed("a", '{"b": 1}')
    assert wait(token) == {"b": 1}
    with pytest.raises(TaskError, match="TaskTimedOut"):
        tokens.fail("a", TaskError("Late", ""))


def test_failures_reach_the_task() -> None:
    tokens = Tokens()
    token = tokens.issue("a", MACHINE)
    tokens.fail("a", TaskError("Bad", "why"))
    with pytest.raises(TaskError, match="Bad: why"):
        wait(token)


@pytest.mark.parametrize(("limits", "error"), [({"timeout": 0.01}, r"States\.Timeout"), ({"heartbeat": 0.01}, r"States\.HeartbeatTimeout")])
def test_nobody_waits_for_ever(limits: dict[str, float], error: str) -> None:
    with pytest.raises(TaskError, match=error):
        wait(Token(), **limits)


def test_nobody_waits_for_an_execution_that_has_ended() -> None:
    with pytest.raises(TaskError, match="ended meanwhile"):
        Token().wait(5, 5, lambda: False)


def test_signs_of_life_prolong_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_functions, "POLL_SECONDS", 0.01)
    tokens = Tokens()
    token = tokens.issue("a", MACHINE)
    stop = threading.Event()

    def beat() -> None:
        for _ in range(20):
            stop.wait(0.02)
            tokens.beat("a")
        tokens.succeed("a", "1")

    threading.Thread(target=beat).start()
    assert wait(token, heartbeat=0.25) == 1


def test_tokens_expire_and_keep_their_owner() -> None:
    tokens = Tokens()
    tokens.issue("a", MACHINE)
    tokens.expire("a")
    with pytest.raises(TaskError, match="Provided task does not exist anymore"):
        tokens.beat("a")
    with pytest.raises(TaskError, match="InvalidToken"):
        tokens.beat("b")
    assert (tokens.owner("a"), tokens.owner("b")) == (MACHINE, None)


def test_answers_have_to_be_json() -> None:
    tokens = Tokens()
    tokens.issue("a", MACHINE)
    with pytest.raises(TaskError, match="InvalidOutput"):
        tokens.succeed("a", "not json")


@pytest.mark.parametrize(
    ("names", "error", "expected"),
    [
        (["Odd"], "Odd", True),
        (["Odd"], "Other", False),
        (["States.ALL"], "Odd", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.Runtime"], "States.Runtime", True),
        (["States.TaskFailed"], "Odd", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.TaskFailed"], "States.HeartbeatTimeout", False),
        (["States.Timeout"], "States.HeartbeatTimeout", True),
    ],
)
def test_errors_match_as_documented(names: list[str], error: str, expected: bool) -> None:
    assert matches(names, error) is expected


def test_delays_grow_up_to_their_limit() -> None:
    retrier = {"IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 10}
    assert [delayed(retrier, attempt)["IntervalSeconds"] for attempt in range(3)] == [2, 6, 10]
    assert delayed(retrier, 2)["BackoffRate"] == 1


def test_jitter_shortens_delays() -> None:
    delays = [delayed({"IntervalSeconds": 10, "JitterStrategy": "FULL"}, 0)["IntervalSeconds"] for _ in range(20)]
    assert len(set(delays)) > 1
    assert all(0 <= delay <= 10 for delay in delays)


READER = {"Resource": "arn:aws:states:::s3:listObjectsV2"}


def test_objects_are_listed_page_by_page(aws: Stubs) -> None:
    for key, more in (("a b", True), ("ü", False)):
        found = {"Key": key, "ETag": '"e"', "Size": 1, "LastModified": EPOCH, "StorageClass": "STANDARD"}
        following = {"NextContinuationToken": "t"} if more else {}
        aws["s3"].add_response("list_objects_v2", {"Contents": [found], "IsTruncated": more, **following})
    items = list(read_items(READER, {"Bucket": "bucket"}, aws))
    assert [item["Key"] for item in items] == ["a b", "ü"]
    assert items[0] == {"Etag": '"e"', "Key": "a b", "LastModified": 0, "Size": 1, "StorageClass": "STANDARD"}


def test_a_bucket_that_cannot_be_listed_fails_the_map(aws: Stubs) -> None:
    aws["s3"].add_client_error("list_objects_v2", "NoSuchBucket", "gone", 404)
    with pytest.raises(TaskError, match=r"States\.ItemReaderFailed: .*gone"):
        list(read_items(READER, {"Bucket": "bucket"}, aws))


def test_results_that_cannot_be_written_fail_the_map(aws: Stubs) -> None:
    aws["s3"].add_client_error("put_object", "AccessDenied", "no", 403)
    with pytest.raises(TaskError, match=r"States\.ResultWriterFailed"):
        write_results("bucket", "out", {"mapRunArn": "run"}, [], aws)


def test_results_are_written_by_outcome(aws: Stubs) -> None:
    for _ in range(3):
        aws["s3"].add_response("put_object", {})
    children = [{"Status": "SUCCEEDED"}, {"Status": "FAILED"}, {"Status": "SUCCEEDED"}]
    result = write_results("bucket", "out/", {"mapRunArn": "run"}, children, aws)
    assert result["MapRunArn"] == "run"
    assert result["ResultWriterDetails"]["Bucket"] == "bucket"
    assert result["ResultWriterDetails"]["Key"].startswith("out/")
    aws["s3"].assert_no_pending_responses()
