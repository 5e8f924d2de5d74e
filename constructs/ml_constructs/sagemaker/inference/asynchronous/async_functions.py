"""The functions around an asynchronous endpoint: their sizes, and what all of them are given."""

import re
from collections.abc import Mapping

from aws_cdk import Duration
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.metrics import metric_namespace

SHARED = ("documents", "submissions")
TIMEOUT_SECONDS = {"SubmitInference": 300, "RecordInference": 300, "SweepInferences": 900}
VISIBILITY_FACTOR = 6
"""https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""


def async_function(scope: Construct, name: str, *, defaults: HandlerDefaults, environment: Mapping[str, str]) -> HandlerFunction:
    """Defines the function called ``name``, one of ``TIMEOUT_SECONDS``, whose package has the same name in lower case.

    Args:
        scope: Where it is defined, under its name.
        name: Its name.
        defaults: What it shares with others.
        environment: What it is told.
    """
    return HandlerFunction(
        scope,
        name,
        package=re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower(),
        defaults=defaults,
        environment={"POWERTOOLS_METRICS_NAMESPACE": metric_namespace(scope), **environment},
        timeout=Duration.seconds(TIMEOUT_SECONDS[name]),
        shared=SHARED,
    )


def visibility_timeout(consumer: str) -> Duration:
    """For the queue that the function called ``consumer`` works off."""
    return Duration.seconds(TIMEOUT_SECONDS[consumer] * VISIBILITY_FACTOR)
