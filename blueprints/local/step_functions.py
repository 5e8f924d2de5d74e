"""What the tasks of a state machine do: service calls, with the rights of the state machine's role."""

from __future__ import annotations

import json
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, HTTPClientError, ParamValidationError, UnknownServiceError

from blueprints.local import api_shapes
from blueprints.local.clients import ClientFactory

LIMIT_BYTES = 262_144
"""The largest input or output of a task, https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""
POLL_SECONDS = 0.1
SERVICES = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "lexmodelsv2": "lexv2-models",
    "lexruntimev2": "lexv2-runtime",
    "sfn": "stepfunctions",
    "states": "stepfunctions",
}
"""botocore's names of the services, where Step Functions' are neither the same nor the same without hyphens."""
OPTIMISED = {
    "bedrock": ("bedrock-runtime", "Bedrock", "AmazonBedrockException"),
    "dynamodb": ("dynamodb", "DynamoDB", "AmazonDynamoDBException"),
    "events": ("events", "EventBridge", "AmazonEventBridgeException"),
    "lambda": ("lambda", "Lambda", "AWSLambdaException"),
    "sagemaker": ("sagemaker", "SageMaker", "AmazonSageMakerException"),
    "sns": ("sns", "SNS", "AmazonSNSException"),
    "sqs": ("sqs", "SQS", "AmazonSQSException"),
    "states": ("stepfunctions", "StepFunctions", "AWSStepFunctionsException"),
}
"""botocore's name, the beginning of error names, and the error's name for errors that the service does not declare."""


@dataclass(frozen=True)
class JobKind:
    """A kind of job that a task waits for.

    Args:
        name: The parameter with the job's name.
        describe: The operation that tells what became of it.
        status: The member of the answer with the status.
        running: The statuses of a job that has not ended.
        completed: The status of a job that has succeeded.
    """

    name: str
    describe: str
    status: str
    running: tuple[str, ...]
    completed: str


JOBS = {
    ("sagemaker", "CreateTransformJob"): JobKind(
        "TransformJobName", "DescribeTransformJob", "TransformJobStatus", ("InProgress", "Stopping"), "Completed"
    ),
}
"""The jobs that are started by an operation of a service."""


class TaskError(Exception):
    """A task failed.

    Args:
        error: The name that ``Retry`` and ``Catch`` match.
        cause: What happened.
    """

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


@dataclass(frozen=True)
class Integration:
    """The resource of a Task.

    Args:
        service: The service, as botocore names it.
        operation: The API operation.
        errors: The beginning of the names of its errors.
        unknown_error: The name of errors that the service does not declare.
        pattern: Nothing, ``sync``, ``sync:2`` or ``waitForTaskToken``.
        optimised: Whether Step Functions does more than to call the API.
    """

    service: str
    operation: str
    errors: str
    unknown_error: str
    pattern: str
    optimised: bool

    @classmethod
    def parse(cls, resource: str) -> Integration:
        """Reads ``arn:aws:states:::SERVICE:ACTION[.PATTERN]``, ``arn:aws:states:::aws-sdk:SERVICE:ACTION`` or a function's ARN."""
        if ":lambda:" in resource and not resource.startswith("arn:aws:states:"):
            return cls("lambda", "Invoke", "Lambda", "AWSLambdaException", "", optimised=False)
        action, _, pattern = resource.partition(".")
        *_, name, operation = action.split(":")
        operation = operation[:1].upper() + operation[1:]
        if ":aws-sdk:" not in resource and name in OPTIMISED:
            return cls(OPTIMISED[name][0], operation, *OPTIMISED[name][1:], pattern, optimised=True)
        service = service_name(name)
        java = java_name(service)
        return cls(service, operation, java, f"{java}Exception", pattern, optimised=":aws-sdk:" not in resource)


@cache
def service_name(name: str) -> str:
    """Returns botocore's name of the service that Step Functions calls ``name``."""
    from botocore.session import get_session

    flat = {known.replace("-", ""): known for known in get_session().get_available_services()}
    return SERVICES.get(name.lower()) or flat.get(name.lower().replace("-", ""), name)


@cache
def java_name(service: str) -> str:
    """Returns the service's name in the AWS SDK for Java 2, with which the names of its errors begin."""
    from botocore.session import get_session

    try:
        identity = str(get_session().get_service_model(service).service_id)
    except UnknownServiceError:
        identity = service
    return "".join(word.capitalize() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", identity))


def call(resource: str, parameters: Any, aws: ClientFactory) -> Any:
    """Does what a Task with ``resource`` does and returns its result.

    Raises:
        TaskError: The service refused, nobody implements it, or the result is too large.
    """
    integration = Integration.parse(resource)
    if integration.service == "lambda" and integration.operation == "Invoke":
        result = _invoke_function(integration, resource, parameters, aws)
    elif integration.service == "stepfunctions" and integration.pattern.startswith("sync"):
        result = _run_execution(integration, parameters, aws)
    elif integration.pattern == "sync" and (integration.service, integration.operation) in JOBS:
        result = _run_job(integration, parameters, aws)
    elif integration.pattern.startswith("sync"):
        raise TaskError("States.Runtime", f"the embedded AWS does not implement {resource}")
    else:
        result = _call_api(integration, parameters, aws)
    if len(json.dumps(result)) > LIMIT_BYTES:
        message = f"The state/task '{resource}' returned a result with a size exceeding the maximum number of bytes service limit."
        raise TaskError("States.DataLimitExceeded", message)
    return result


def _call_api(integration: Integration, parameters: Any, aws: ClientFactory) -> Any:
    answer = _ask(integration, integration.operation, parameters, aws)
    result = api_shapes.pascal_case(api_shapes.to_json(answer), _model(aws(integration.service), integration.operation).output_shape)
    if integration.optimised and integration.operation == "PutEvents" and result.get("FailedEntryCount"):
        raise TaskError("EventBridge.FailedEntry", json.dumps(result))
    if integration.optimised and integration.operation == "InvokeModel":
        return {"Body": json.loads(result["Body"]), "ContentType": result["ContentType"]}
    return result


def _ask(integration: Integration, operation: str, parameters: Any, aws: ClientFactory) -> dict[str, Any]:
    try:
        client = aws(integration.service)
        model = _model(client, operation)
        taken = api_shapes.to_api(model.input_shape, parameters or {}) if model.input_shape else {}
        answer: dict[str, Any] = getattr(client, xform_name(model.name))(**taken)
    except ClientError as error:
        raise TaskError(error_name(integration, error, client), _message(error)) from error
    except HTTPClientError as error:  # no answer came
        raise TaskError(f"{integration.errors}.SdkClientException", str(error)) from error
    except ParamValidationError as error:
        raise TaskError("States.Runtime", str(error)) from error
    except (KeyError, UnknownServiceError) as error:
        raise TaskError("States.Runtime", f"there is no operation {operation} of {integration.service}") from error
    return answer


def _model(client: Any, operation: str) -> Any:
    names = {name.lower(): name for name in client.meta.service_model.operation_names}
    return client.meta.service_model.operation_model(names[operation.lower()])


def error_name(integration: Integration, error: ClientError, client: Any) -> str:
    """Returns the name that ``Retry`` and ``Catch`` know the error by."""
    details: Any = error.response["Error"]
    codes = {details["Code"], details.get("QueryErrorCode")}
    name = next((shape.name for shape in client.meta.service_model.error_shapes if codes & {shape.name, shape.error_code}), None)
    if name is None:
        return f"{integration.errors}.{integration.unknown_error}"
    return f"{integration.errors}.{name if name.endswith('Exception') else name + 'Exception'}"


def _message(error: ClientError) -> str:
    details, service = error.response["Error"], error.response["ResponseMetadata"]
    return f"{details.get('Message', '')} (Status Code: {service['HTTPStatusCode']}; Error Code: {details['Code']})"


def _invoke_function(integration: Integration, resource: str, parameters: Any, aws: ClientFactory) -> Any:
    """Invokes a function; the name of its error is that of the exception it raised."""
    plain = not integration.optimised and not resource.startswith("arn:aws:states:")
    request = {"FunctionName": resource, "Payload": parameters} if plain else dict(parameters)
    request["Payload"] = json.dumps(request.get("Payload", {}))
    answer = _ask(integration, "Invoke", request, aws)
    payload = json.loads(answer["Payload"].read() or b"null") if "Payload" in answer else None
    if answer.get("FunctionError") and (plain or integration.optimised):
        kind = payload.get("errorType") if isinstance(payload, dict) else None
        raise TaskError(kind or "Lambda.Unknown", json.dumps(payload))
    if plain:
        return payload
    return {"ExecutedVersion": answer.get("ExecutedVersion", "$LATEST"), "Payload": payload, "StatusCode": answer["StatusCode"]}


def _run_execution(integration: Integration, parameters: Any, aws: ClientFactory) -> Any:
    """Starts another execution and waits for its end."""
    arn = _ask(integration, "StartExecution", parameters, aws)["executionArn"]
    while (ended := _ask(integration, "DescribeExecution", {"executionArn": arn}, aws))["status"] == "RUNNING":
        time.sleep(POLL_SECONDS)
    result = api_shapes.pascal_case(api_shapes.to_json(ended))
    if ended["status"] != "SUCCEEDED":
        raise TaskError("States.TaskFailed", json.dumps(result))
    if integration.pattern == "sync:2":
        result["Output"] = json.loads(result["Output"])
    return result


def _run_job(integration: Integration, parameters: Any, aws: ClientFactory) -> Any:
    """Starts a job and waits for its end; a job that failed is the task's failure, and the cause tells of it.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
    """
    job = JOBS[integration.service, integration.operation]
    _ask(integration, integration.operation, parameters, aws)
    named = {job.name: next(value for name, value in parameters.items() if name.lower() == job.name.lower())}
    while (told := _ask(integration, job.describe, named, aws))[job.status] in job.running:
        time.sleep(POLL_SECONDS)
    result = api_shapes.pascal_case(api_shapes.to_json(told))
    if told[job.status] != job.completed:
        raise TaskError("States.TaskFailed", json.dumps(result))
    return result


@dataclass
class Token:
    """A task that waits for somebody's answer."""

    answered: threading.Event = field(default_factory=threading.Event)
    last_sign: float = field(default_factory=time.monotonic)
    output: str = "{}"
    failure: TaskError | None = None

    def settle(self, *, output: str = "{}", failure: TaskError | None = None) -> None:
        """Sets the answer, unless there is one."""
        if not self.answered.is_set():
            self.output, self.failure = output, failure
            self.answered.set()

    def wait(self, timeout_seconds: float, heartbeat_seconds: float, is_running: Callable[[], bool]) -> Any:
        """Returns the answer.

        Args:
            timeout_seconds: How long to wait at most.
            heartbeat_seconds: How long to wait between two signs of life.
            is_running: Tells whether anybody still wants the answer.
        """
        deadline = time.monotonic() + timeout_seconds
        while not self.answered.wait(POLL_SECONDS):
            now = time.monotonic()
            if now >= deadline:
                raise TaskError("States.Timeout", f"Task timed out after {timeout_seconds:g} seconds")
            if now - self.last_sign >= heartbeat_seconds:
                raise TaskError("States.HeartbeatTimeout", f"No heartbeat within {heartbeat_seconds:g} seconds")
            if not is_running():
                raise TaskError("States.Runtime", "the execution ended meanwhile")
        if self.failure:
            raise self.failure
        return json.loads(self.output)


class Tokens:
    """The tokens of the tasks that wait, and of those that do not any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Token] = {}
        self._owners: dict[str, str] = {}

    def issue(self, name: str, owner: str) -> Token:
        """Lets the token ``name`` of the state machine ``owner`` be answered from now on."""
        with self._lock:
            self._owners[name] = owner
            return self._waiting.setdefault(name, Token())

    def expire(self, name: str) -> None:
        """Takes the token back."""
        with self._lock:
            self._waiting.pop(name, None)

    def owner(self, name: str) -> str | None:
        """Returns the ARN of the state machine whose task the token is of."""
        return self._owners.get(name)

    def succeed(self, name: str, output: str) -> None:
        """Takes the task's result; the first answer counts.

        Raises:
            TaskError: The token is unknown, nobody waits for it any more, or the result is not JSON.
        """
        token = self._find(name)
        try:
            json.loads(output)
        except ValueError as error:
            raise TaskError("InvalidOutput", f"Invalid Output: {error}") from error
        token.settle(output=output)

    def fail(self, name: str, failure: TaskError) -> None:
        """Takes the task's error; the first answer counts.

        Raises:
            TaskError: The token is unknown, or nobody waits for it any more.
        """
        self._find(name).settle(failure=failure)

    def beat(self, name: str) -> None:
        """Gives a sign of life.

        Raises:
            TaskError: The token is unknown, or nobody waits for it any more.
        """
        self._find(name).last_sign = time.monotonic()

    def _find(self, name: str) -> Token:
        with self._lock:
            token = self._waiting.get(name)
            if token and not token.answered.is_set():
                return token
            if name in self._owners:
                raise TaskError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
        raise TaskError("InvalidToken", "Invalid Token: 'Invalid token'")


def matches(names: list[str], error: str) -> bool:
    """Tells whether ``ErrorEquals`` matches, by https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html."""
    if error in names:
        return True
    if error in ("States.DataLimitExceeded", "States.Runtime"):
        return False
    if error == "States.HeartbeatTimeout" and "States.Timeout" in names:
        return True
    return "States.ALL" in names or ("States.TaskFailed" in names and error not in ("States.Timeout", "States.HeartbeatTimeout"))


def delayed(retrier: Mapping[str, Any], attempt: int) -> dict[str, Any]:
    """Returns ``retrier`` with the delay of this attempt as its interval: capped by ``MaxDelaySeconds``, and with jitter."""
    delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** attempt
    delay = min(delay, retrier.get("MaxDelaySeconds", delay))
    if retrier.get("JitterStrategy") == "FULL":
        delay *= random.random()  # noqa: S311 - spreads retries
    return {**retrier, "IntervalSeconds": delay, "BackoffRate": 1.0}


def read_items(reader: Mapping[str, Any], parameters: Mapping[str, Any], aws: ClientFactory) -> Iterator[dict[str, Any]]:
    """Yields the objects that the ``ItemReader`` of a Distributed Map lists."""
    try:
        for page in aws("s3").get_paginator("list_objects_v2").paginate(**parameters):
            for found in page.get("Contents", []):
                yield {
                    "Etag": found["ETag"],
                    "Key": found["Key"],
                    "LastModified": int(found["LastModified"].timestamp()),
                    "Size": found["Size"],
                    "StorageClass": found.get("StorageClass", "STANDARD"),
                }
    except ClientError as error:
        raise TaskError("States.ItemReaderFailed", f"{reader['Resource']}: {_message(error)}") from error


def write_results(bucket: str, prefix: str, run: Mapping[str, Any], children: list[dict[str, Any]], aws: ClientFactory) -> dict[str, Any]:
    """Writes what the children of a Distributed Map returned, and returns the Map's result.

    Follows https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html.
    """
    folder = "/".join(part for part in (prefix.rstrip("/"), str(uuid.uuid4())) if part)
    files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    try:
        for status, listed in files.items():
            found = [child for child in children if child["Status"] == status]
            if found:
                body = json.dumps(found).encode()
                aws("s3").put_object(Bucket=bucket, Key=f"{folder}/{status}_0.json", Body=body)
                listed.append({"Key": f"{folder}/{status}_0.json", "Size": len(body)})
        manifest = {"DestinationBucket": bucket, "MapRunArn": run["mapRunArn"], "ResultFiles": files}
        aws("s3").put_object(Bucket=bucket, Key=f"{folder}/manifest.json", Body=json.dumps(manifest).encode())
    except ClientError as error:
        raise TaskError("States.ResultWriterFailed", _message(error)) from error
    return {"MapRunArn": run["mapRunArn"], "ResultWriterDetails": {"Bucket": bucket, "Key": f"{folder}/manifest.json"}}
