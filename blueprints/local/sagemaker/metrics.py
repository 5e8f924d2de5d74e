"""What SageMaker tells CloudWatch about invocations, sent every second."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.stand_ins import ClientFactory

NAMESPACE, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
OF_INSTANCES = frozenset({"LoadedModelCount"})
"""What is told of instances, in a namespace of its own."""
EVERY_SECONDS = 1.0
UNITS = {
    "ModelLatency": "Microseconds",
    "OverheadLatency": "Microseconds",
    "ModelSetupTime": "Microseconds",
    "ModelDownloadingTime": "Microseconds",
    "ModelLoadingTime": "Microseconds",
    "ModelLoadingWaitTime": "Microseconds",
    "ModelUnloadingTime": "Microseconds",
    "TimeInBacklog": "Milliseconds",
}

Dimensions = tuple[tuple[str, str], ...]
log = logging.getLogger(__name__)


class Metrics:
    """Gathers values and sends them to the CloudWatch of the embedded AWS.

    Names follow https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html.

    Args:
        every: How many seconds lie between two messages.
    """

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._lock = threading.Lock()
        self._values: dict[tuple[str, Dimensions], list[float]] = defaultdict(list)
        self._timer: threading.Timer | None = None

    def put(self, aws: ClientFactory, name: str, value: float, **dimensions: str) -> None:
        """Takes one value of a metric."""
        with self._lock:
            self._values[name, tuple(sorted(dimensions.items()))].append(value)
            if self._timer is None:
                self._timer = threading.Timer(self._every, self.send, (aws,))
                self._timer.daemon = True
                self._timer.start()

    def send(self, aws: ClientFactory) -> None:
        """Sends what was gathered; CloudWatch that does not answer is no reason for anything to fail."""
        with self._lock:
            gathered, self._timer = dict(self._values), None
            self._values.clear()
        named: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for (name, dimensions), values in gathered.items():
            named[INSTANCES if name in OF_INSTANCES else NAMESPACE].append(_datum(name, dimensions, values))
        try:
            for namespace, data in named.items():
                aws("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
        except (BotoCoreError, ClientError) as error:
            log.warning("CloudWatch did not take the metrics of SageMaker: %s", error)


def _datum(name: str, dimensions: Dimensions, values: list[float]) -> dict[str, Any]:
    told = {"Sum": sum(values), "Minimum": min(values), "Maximum": max(values), "SampleCount": len(values)}
    return {
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
        "Timestamp": datetime.now(UTC),
        "Unit": UNITS.get(name, "Count"),
        "StatisticValues": told,
    }
