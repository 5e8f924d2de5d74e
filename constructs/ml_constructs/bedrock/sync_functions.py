"""The functions that keep a knowledge base in step: their sizes, and what all of them are given."""

from collections.abc import Mapping

from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.named_function import named_function

SHARED = ("documents", "syncing")
TIMEOUT_SECONDS = {"RequestSync": 300, "ReportIngestion": 600, "CloseSync": 120}
MARGIN_SECONDS = 10


def sync_function(scope: Construct, name: str, *, defaults: HandlerDefaults, environment: Mapping[str, str]) -> HandlerFunction:
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
