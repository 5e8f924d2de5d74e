"""Functions that are called after their packages, and what the queues that they work off need."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.metrics import metric_namespace

VISIBILITY_FACTOR = 6
_WORDS = re.compile(r"(?<=.)([A-Z])")


def named_function(
    scope: Construct,
    name: str,
    *,
    defaults: HandlerDefaults,
    environment: Mapping[str, str],
    timeout_seconds: int,
    memory_mb: int = 512,
    **code: Sequence[str],
) -> HandlerFunction:
    """Defines the function called ``name`` of the package of the same name in lower case, which counts for its own deployment.

    Args:
        scope: Where it is defined, under its name.
        name: Such as ``StartAnalysis``, for the package ``start_analysis``.
        defaults: What it shares with others.
        environment: What it is told.
        timeout_seconds: 1 to 900.
        memory_mb: 128 to 10,240.
        code: ``shared`` packages and ``libraries``, as a ``HandlerFunction`` takes them.
    """
    return HandlerFunction(
        scope,
        name,
        package=_WORDS.sub(r"_\1", name).lower(),
        defaults=defaults,
        environment={"POWERTOOLS_METRICS_NAMESPACE": metric_namespace(scope), **environment},
        timeout=Duration.seconds(timeout_seconds),
        memory_mb=memory_mb,
        **code,
    )


def queue_visibility(timeout_seconds: int) -> Duration:
    """How long a message stays hidden from others while a function with this time limit works on it.

    See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    return Duration.seconds(timeout_seconds * VISIBILITY_FACTOR)
