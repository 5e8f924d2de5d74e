"""What is watched of an asynchronous endpoint, and what there is to see of it."""

from dataclasses import dataclass, fields

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.asynchronous.async_advice import ADVICE
from ml_constructs.sagemaker.inference.asynchronous.async_endpoint import AsyncEndpoint

DAY, HOURS_OF_A_DAY = Duration.days(1), 24
HALF_AN_HOUR = 6
"""In periods of metrics."""
INSTANCE_METRICS = "/aws/sagemaker/Endpoints"


@dataclass(frozen=True, kw_only=True)
class AsyncThresholds:
    """When something counts as wrong.

    Args:
        backlog_age_minutes: For which the oldest request may wait, the start of instances included.
        instance_hours_per_day: For which instances may run in 24 hours, all together; when left out, those of a number halfway between
            the bounds of the scaling.

    Raises:
        ValueError: A threshold that is always reached.
    """

    backlog_age_minutes: float = 60
    instance_hours_per_day: float | None = None

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None and value <= 0:
                raise ValueError(f"{each.name} must be above 0, got {value}")


def told(endpoint: AsyncEndpoint, period: Duration = MOMENT) -> cw.Metric:
    """How often instances told of themselves: each does once in the ``metric_period`` of the hosting.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-troubleshooting.html
    """
    return endpoint.metric("CPUUtilization", namespace=INSTANCE_METRICS, period=period, statistic="SampleCount")


def instances(endpoint: AsyncEndpoint) -> cw.MathExpression:
    """How many instances there are."""
    seconds = f"{endpoint.hosting.metric_period} / {int(MOMENT.to_seconds())}"
    used = {"told": told(endpoint)}
    return cw.MathExpression(expression=f"FILL(told, 0) * {seconds}", label="Instances", period=MOMENT, using_metrics=used)


def instance_hours(endpoint: AsyncEndpoint, period: Duration = DAY) -> cw.MathExpression:
    """For how many hours instances ran, all together."""
    expression = f"FILL(told, 0) * {endpoint.hosting.metric_period} / 3600"
    return cw.MathExpression(expression=expression, label="Instance hours", period=period, using_metrics={"told": told(endpoint, period)})


def saturated(endpoint: AsyncEndpoint) -> cw.MathExpression:
    """1 while there are as many instances as allowed, and too many requests for each."""
    scaling, seconds = endpoint.scaling, int(MOMENT.to_seconds())
    backlog = endpoint.metric_queue("ApproximateBacklogSizePerInstance", period=MOMENT, statistic="Average")
    full = f"FILL(told, 0) * {endpoint.hosting.metric_period} >= {scaling.max_instances * seconds}"
    return cw.MathExpression(
        # Metric math knows no exponents.
        expression=f"IF({full} AND FILL(backlog, 0) > {scaling.backlog_per_instance:f}, 1, 0)",
        label="Saturated",
        period=MOMENT,
        using_metrics={"told": told(endpoint), "backlog": backlog},
    )


def watch_async(alarms: Alarms, *, endpoint: AsyncEndpoint, thresholds: AsyncThresholds) -> None:
    """Adds alarms on requests that wait too long or without capacity, notices that aren't sent, and what is spent.

    Args:
        alarms: Gets the alarms.
        endpoint: Is watched.
        thresholds: When something counts as wrong.
    """
    age = endpoint.metric_queue("ApproximateAgeOfOldestRequest", period=MOMENT)
    notices = endpoint.metric("NotificationFailures", period=MOMENT, statistic="Sum")
    without = endpoint.metric_queue("HasBacklogWithoutCapacity", period=MOMENT, statistic="Minimum")
    alarms.watch("BacklogAge", age, threshold=thresholds.backlog_age_minutes * 60, advice=ADVICE)
    alarms.watch("EndpointSaturated", saturated(endpoint), threshold=1, periods=HALF_AN_HOUR, advice=ADVICE)
    alarms.watch("NoCapacity", without, threshold=1, periods=HALF_AN_HOUR, advice=ADVICE)
    alarms.watch("NoticesNotSent", notices, threshold=1, advice=ADVICE)
    alarms.add(
        "InstanceHours",
        metric=instance_hours(endpoint),
        threshold=_planned(thresholds, endpoint),
        description=ADVICE["InstanceHours"],
        comparison=cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
        missing=cw.TreatMissingData.NOT_BREACHING,
    )


def async_graphs(endpoint: AsyncEndpoint) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of the endpoint."""

    def summed(*names: str) -> list[cw.IMetric]:
        return [endpoint.metric(name, period=MOMENT, statistic="Sum") for name in names]

    times = ("TimeInBacklog", "ModelLatency")
    return {
        "Backlog": [endpoint.metric_queue("ApproximateBacklogSize"), endpoint.metric_queue("HasBacklogWithoutCapacity")],
        "Instances": [instances(endpoint)],
        "Age of the oldest request (s)": [endpoint.metric_queue("ApproximateAgeOfOldestRequest")],
        "Waiting and inference (µs)": [endpoint.metric(name, period=MOMENT, statistic="p95") for name in times],
        "Failures of requests": summed("InvocationFailures", "ExpiredRequests", "RequestDownloadFailures", "ResponseUploadFailures"),
    }


def _planned(thresholds: AsyncThresholds, endpoint: AsyncEndpoint) -> float:
    if thresholds.instance_hours_per_day is not None:
        return thresholds.instance_hours_per_day
    return HOURS_OF_A_DAY * (endpoint.scaling.min_instances + endpoint.scaling.max_instances) / 2
