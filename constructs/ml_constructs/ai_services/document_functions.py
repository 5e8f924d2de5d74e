"""The functions of document analysis: their sizes, and what all of them are given."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction, acknowledge
from ml_constructs.foundation.grants import grant_messages, grant_objects

SHARED = ("documents",)
READ_OBJECTS = ("GetObject", "GetObjectVersion")
WRITE_STREAMS = ("AbortMultipartUpload", "PutObject")
CONSUME = ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
BATCH_SIZE = 10
VISIBILITY_FACTOR = 6
"""https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""


@dataclass(frozen=True)
class Size:
    """What a function needs at most: whole seconds, and megabytes of memory."""

    timeout_seconds: int
    memory_mb: int = 512


SIZES = {
    "StartAnalysis": Size(120),
    "InspectDocument": Size(300, 1769),
    "AnalyzeImage": Size(120, 1024),
    "StartTextractJob": Size(120),
    "CompleteTextractJob": Size(120),
    "CollectTextractJob": Size(900, 1769),
    "AssembleDocument": Size(300, 3008),
    "EnrichText": Size(900, 1769),
    "RequestReview": Size(120, 1769),
    "DecideReview": Size(29),
    "StoreResult": Size(300, 3008),
    "RecordRejection": Size(120),
    "CloseExecution": Size(120),
}


def document_function(
    scope: Construct, name: str, *, defaults: HandlerDefaults, environment: Mapping[str, str], libraries: Sequence[str] = ()
) -> HandlerFunction:
    """Defines the function called ``name``, one of ``SIZES``, whose package has the same name in lower case.

    Args:
        scope: Where it is defined, under its name.
        name: Its name.
        defaults: What it shares with the others.
        environment: What it is told.
        libraries: What its package needs beside ``SHARED``.
    """
    return HandlerFunction(
        scope,
        name,
        package=re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower(),
        defaults=defaults,
        # Metrics of deployments in one account are told apart by their namespace.
        environment={"POWERTOOLS_METRICS_NAMESPACE": metric_namespace(scope), **environment},
        timeout=Duration.seconds(SIZES[name].timeout_seconds),
        memory_mb=SIZES[name].memory_mb,
        shared=SHARED,
        libraries=libraries,
    )


def metric_namespace(scope: Construct) -> str:
    """Where the functions of the stack of ``scope`` put their metrics."""
    return f"MlBlueprints/{Stack.of(scope).stack_name}"


def visibility_timeout(consumer: str) -> Duration:
    """For the queue that the function called ``consumer`` works off."""
    return Duration.seconds(SIZES[consumer].timeout_seconds * VISIBILITY_FACTOR)


def consume(queue: sqs.Queue, function: HandlerFunction, *, max_concurrency: int) -> lambda_.EventSourceMapping:
    """Has ``function`` work off ``queue`` and report the messages that failed one by one.

    Args:
        queue: With ``visibility_timeout``.
        function: Handles batches of up to ``BATCH_SIZE`` messages.
        max_concurrency: Batches worked on at once, 2 to 1,000.
    """
    grant_messages(queue, function.execution_role, *CONSUME)
    mapping = function.add_event_source_mapping(
        "Messages",
        batch_size=BATCH_SIZE,
        event_source_arn=queue.queue_arn,
        max_concurrency=max_concurrency,
        report_batch_item_failures=True,
    )
    mapping.node.add_dependency(function.execution_role)
    acknowledge(
        mapping,
        "Serverless::Serverless-LambdaEventSourceMappingDestination",
        "Lambda has such destinations for streams only; messages that fail go to the dead-letter queue of the queue itself.",
    )
    return mapping


def explain_last_resort(queue: sqs.Queue) -> None:
    """Says beside a queue of what could not be handled why it has no such queue itself."""
    acknowledge(
        queue,
        ["AwsSolutions::AwsSolutions-SQS3", "Serverless::Serverless-SQSRedrivePolicy"],
        "This is where messages go that could not be handled; nothing consumes it, and an alarm watches its depth.",
    )


def grant_reading(sources: Sequence[s3.IBucket], role: iam.Role) -> None:
    """Lets ``role`` read documents in any of the buckets that they may lie in."""
    for bucket in sources:
        grant_objects(bucket, role, READ_OBJECTS)
