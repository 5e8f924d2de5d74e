"""The functions that keep a knowledge base in step: their sizes, and what all of them are given."""

import re
from collections.abc import Mapping

from aws_cdk import Duration
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.metrics import metric_namespace

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
    return HandlerFunction(
        scope,
        name,
        package=re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower(),
        defaults=defaults,
        environment={"POWERTOOLS_METRICS_NAMESPACE": metric_namespace(scope), **environment},
        timeout=Duration.seconds(TIMEOUT_SECONDS[name]),
        shared=SHARED,
    )
