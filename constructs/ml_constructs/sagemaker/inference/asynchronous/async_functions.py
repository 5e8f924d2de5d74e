"""The functions around an asynchronous endpoint: their sizes, and what all of them are given."""

from collections.abc import Mapping

from aws_cdk import Duration
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.named_function import named_function, queue_visibility

SHARED = ("documents", "submissions")
TIMEOUT_SECONDS = {"SubmitInference": 300, "RecordInference": 300, "SweepInferences": 900}


def async_function(scope: Construct, name: str, *, defaults: HandlerDefaults, environment: Mapping[str, str]) -> HandlerFunction:
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
        shared=SHARED,
    )


def visibility_timeout(consumer: str) -> Duration:
    """For the queue that the function called ``consumer`` works off."""
    return queue_visibility(TIMEOUT_SECONDS[consumer])
