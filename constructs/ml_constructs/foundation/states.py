"""Task states in Amazon States Language, as plain data. ``INTEGRATIONS`` are what ``Workflow`` puts in place of ``${Name}``."""

from collections.abc import Mapping, Sequence
from typing import Any

State = dict[str, Any]

INTEGRATIONS = {
    "CreateTransformJob": "sagemaker:createTransformJob.sync",
    "DynamoDbUpdateItem": "dynamodb:updateItem",
    "GetIngestionJob": "aws-sdk:bedrockagent:getIngestionJob",
    "LambdaInvoke": "lambda:invoke",
    "LambdaInvokeAndWait": "lambda:invoke.waitForTaskToken",
    "S3ListObjects": "s3:listObjectsV2",
    "S3PutObject": "s3:putObject",
    "SqsSendMessage": "sqs:sendMessage",
    "StartIngestionJob": "aws-sdk:bedrockagent:startIngestionJob",
}

LAMBDA_ERRORS = (
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
)
THROTTLED = ("Lambda.TooManyRequestsException",)
PATIENCE = 60
CRASHES = ("Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout")
DYNAMODB_ERRORS = (
    "DynamoDB.InternalServerErrorException",
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceededException",
    "DynamoDB.SdkClientException",
    "DynamoDB.ThrottlingException",
    "DynamoDB.TransactionConflictException",
    "States.Timeout",
)
BEDROCK_AGENT_ERRORS = (
    "BedrockAgent.InternalServerException",
    "BedrockAgent.SdkClientException",
    "BedrockAgent.ThrottlingException",
    "States.Timeout",
)
SAGEMAKER_ERRORS = ("SageMaker.AmazonSageMakerException", "SageMaker.SdkClientException")
"""Throttles are among the former, and so is what no retry mends."""
SQS_ERRORS = ("SQS.AmazonSQSException", "SQS.KmsThrottledException", "SQS.SdkClientException", "States.Timeout")


def retry(errors: Sequence[str], *, interval: int = 1, attempts: int = 6, backoff: float = 2.0, max_delay: int = 60) -> State:
    """One entry of ``Retry``, with exponential backoff and full jitter.

    Args:
        errors: Names of the errors that pass; never ``States.ALL``.
        interval: Seconds before the first retry.
        attempts: Retries, 1 to 99,999,999.
        backoff: Factor between one delay and the next.
        max_delay: Longest delay in seconds.

    Raises:
        ValueError: A wildcard, which would retry what can't succeed.

    See https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    if wide := sorted({"States.ALL", "States.TaskFailed"} & set(errors)):
        raise ValueError(f"errors must be named one by one, got {', '.join(wide)}")
    return {
        "ErrorEquals": list(errors),
        "IntervalSeconds": interval,
        "MaxAttempts": attempts,
        "BackoffRate": backoff,
        "MaxDelaySeconds": max_delay,
        "JitterStrategy": "FULL",
    }


def lambda_task(
    function: str, payload: Mapping[str, Any], *, timeout_seconds: int, retries: Sequence[State] = (), wait: bool = False, **fields: Any
) -> State:
    """A Task that invokes a function.

    Args:
        function: Name of the substitution that holds the function's ARN.
        payload: The function's event, with JSONata expressions.
        timeout_seconds: How long the task may take; with ``wait``, until somebody answers the token.
        retries: Entries of ``Retry`` before those for errors of Lambda, for crashes, and for want of concurrency, which a burst of
            executions in a small account is for half an hour and more.
        wait: Whether the task waits for an answer to its token.
        fields: Further fields of the state, such as ``Next`` and ``Catch``.

    See https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
    """
    return {
        "Type": "Task",
        "Resource": "${LambdaInvokeAndWait}" if wait else "${LambdaInvoke}",
        "Arguments": {"FunctionName": f"${{{function}}}", "Payload": dict(payload)},
        "TimeoutSeconds": timeout_seconds,
        "Retry": [*retries, retry(LAMBDA_ERRORS), retry(THROTTLED, attempts=PATIENCE), retry(CRASHES, attempts=2)],
        **fields,
    }
