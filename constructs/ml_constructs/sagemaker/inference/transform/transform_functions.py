"""The functions around batch transform: their sizes, and what all of them are given."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import grant_items, grant_messages
from ml_constructs.foundation.named_function import named_function, queue_visibility
from ml_constructs.sagemaker.inference.transform.transform_store import TransformStore

SHARED = ("documents", "transforms")
TIMEOUT_SECONDS = {"PlanTransform": 900, "ReportTransform": 300, "CloseTransform": 300}
MEMORY_MB = {"PlanTransform": 1769}
"""One processor, for the lines of up to 10 GB."""
MARGIN_SECONDS = 10


def transform_function(scope: Construct, name: str, *, defaults: HandlerDefaults, environment: Mapping[str, str]) -> HandlerFunction:
    """Defines the function called ``name``, one of ``TIMEOUT_SECONDS``, whose package has the same name in lower case.

    Args:
        scope: Where it is defined, under its name.
        name: Its name.
        defaults: What it shares with others.
        environment: What it is told.
    """
    return named_function(
        scope,
        name,
        defaults=defaults,
        environment=environment,
        timeout_seconds=TIMEOUT_SECONDS[name],
        memory_mb=MEMORY_MB.get(name, 512),
        shared=SHARED,
    )


def ending_function(
    scope: Construct, name: str, *, store: TransformStore, failed: sqs.IQueue, defaults: HandlerDefaults, environment: Mapping[str, str]
) -> HandlerFunction:
    """A function that records how transforms end, and tells of it.

    Args:
        scope: Where it is defined.
        name: ``ReportTransform`` or ``CloseTransform``.
        store: The index and the topics.
        failed: Gets the events of those without a result, raised to the next attempt.
        defaults: What it shares with others.
        environment: What it is told beside these places.
    """
    places = {
        "ERROR_TOPIC_ARN": store.error.topic_arn,
        "FAILED_QUEUE_URL": failed.queue_url,
        "RETENTION_DAYS": str(store.retention_days),
        "SUCCESS_TOPIC_ARN": store.success.topic_arn,
        "TRANSFORMS_TABLE": store.index.table_name,
    }
    function = transform_function(scope, name, defaults=defaults, environment={**places, **environment})
    grant_items(store.index, function.execution_role, "GetItem", "UpdateItem")
    grant_messages(failed, function.execution_role, "SendMessage")
    store.grant_announcing(function.execution_role)
    return function


def visibility_timeout(consumer: str) -> Duration:
    """For the queue that the function called ``consumer`` works off."""
    return queue_visibility(TIMEOUT_SECONDS[consumer])
