"""When something is wrong with a serverless endpoint, and what there is to see of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.endpoints import endpoint_metrics as metrics
from ml_constructs.sagemaker.inference.endpoints.endpoint_alarms import EndpointThresholds, watch_answers
from ml_constructs.sagemaker.inference.endpoints.serverless_endpoint import ServerlessEndpoint

DAY = Duration.days(1)
MB_PER_GB = 1024
MICROSECONDS_PER_SECOND = 1_000_000
ADVICE = {
    "EndpointConcurrency": (
        "Nearly as many requests are served at once as max_concurrency allows; more are throttled. Raise it, and the account's quota with "
        "it, or find out who asks so much."
    ),
    "EndpointMemory": "The container is short of memory and may be killed. Raise memory_mb.",
    "EndpointSpend": (
        "The endpoint has worked more than planned in a day, and is billed by the time. Find out who asks, or raise the alarm's threshold."
    ),
    "EndpointStarts": (
        "Requests wait long for a container to start. Smaller images and models start faster; provisioned concurrency keeps some warm."
    ),
}


@dataclass(frozen=True, kw_only=True)
class ServerlessThresholds(EndpointThresholds):
    """When something counts as wrong; ``planned_instances`` has no meaning here.

    Args:
        concurrency_percent: Of the concurrency, for a quarter of an hour.
        overhead_seconds: That nine of ten requests wait at most before the model gets them, for a quarter of an hour.
        gb_seconds_per_day: Memory by the time that the model works.
    """

    concurrency_percent: float = 90
    overhead_seconds: float = 30
    gb_seconds_per_day: float = 50_000


def watch_serverless(alarms: Alarms, *, endpoint: ServerlessEndpoint, thresholds: ServerlessThresholds) -> Mapping[str, cw.Alarm]:
    """Adds an alarm for each entry of ``ADVICE``, and those on what any endpoint answers.

    Args:
        alarms: Gets the alarms.
        endpoint: A serverless endpoint.
        thresholds: When something counts as wrong.

    Returns:
        The alarms by their ids.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-monitoring.html
    """
    limits = thresholds
    overhead = endpoint.metric("OverheadLatency", period=MOMENT, statistic="p90")
    waiting = limits.overhead_seconds * MICROSECONDS_PER_SECOND
    full, memory = limits.concurrency_percent / 100, metrics.utilization(endpoint)
    return {
        **watch_answers(alarms, endpoint=endpoint, thresholds=limits),
        "EndpointConcurrency": alarms.watch("EndpointConcurrency", _concurrency(endpoint), threshold=full, periods=3, advice=ADVICE),
        "EndpointMemory": alarms.watch("EndpointMemory", memory, threshold=limits.memory_percent, periods=3, advice=ADVICE),
        "EndpointSpend": alarms.watch("EndpointSpend", gb_seconds(endpoint, DAY), threshold=limits.gb_seconds_per_day, advice=ADVICE),
        "EndpointStarts": alarms.watch("EndpointStarts", overhead, threshold=waiting, periods=3, advice=ADVICE),
    }


def gb_seconds(endpoint: ServerlessEndpoint, period: Duration = MOMENT) -> cw.MathExpression:
    """Memory by the time that the model worked, which on-demand requests are billed by."""
    gigabytes = endpoint.memory_mb // MB_PER_GB
    # No small factor: metric math takes the e of its exponent for a metric.
    expression = f"worked * {gigabytes} / {MICROSECONDS_PER_SECOND}"
    worked = endpoint.metric("ModelLatency", period=period, statistic="Sum")
    return cw.MathExpression(expression=expression, label="GB-seconds", period=period, using_metrics={"worked": worked})


def serverless_graphs(endpoint: ServerlessEndpoint) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of a serverless endpoint."""
    return {
        **metrics.answer_graphs(endpoint),
        "Concurrency (share of the most)": [_concurrency(endpoint)],
        "Memory by time": [gb_seconds(endpoint)],
    }


def _concurrency(endpoint: ServerlessEndpoint) -> cw.Metric:
    name = "ServerlessConcurrentExecutionsUtilization"
    return endpoint.metric(name, period=MOMENT, statistic="Maximum", label="Concurrency")
