"""What is watched of an asynchronous endpoint, and what there is to see of it."""

from dataclasses import dataclass, fields

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.async_advice import ADVICE
from ml_constructs.sagemaker.inference.async_endpoint import MINUTE, AsyncEndpoint

DAY = Duration.days(1)
HALF_AN_HOUR = 30
INSTANCE_METRICS = "/aws/sagemaker/Endpoints"


@dataclass(frozen=True, kw_only=True)
class AsyncThresholds:
    """When something counts as wrong.

    Args:
        backlog_age_minutes: For which the oldest request may wait, the start of instances included.
        instance_hours_per_day: For which instances may run in 24 hours, all together.

    Raises:
        ValueError: A threshold that is always reached.
    """

    backlog_age_minutes: float = 60
    instance_hours_per_day: float = 24

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value <= 0:
                raise ValueError(f"{each.name} must be above 0, got {value}")


def instances(endpoint: AsyncEndpoint, period: Duration = MINUTE) -> cw.Metric:
    """How often instances told of themselves: as often as there are instances in each ``metric_period`` of the hosting.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-troubleshooting.html
    """
    return endpoint.metric("CPUUtilization", namespace=INSTANCE_METRICS, period=period, statistic="SampleCount")


def instance_hours(endpoint: AsyncEndpoint, period: Duration = DAY) -> cw.MathExpression:
    """For how many hours instances ran, all together."""
    told_every = endpoint.hosting.metric_period
    told = {"told": instances(endpoint, period)}
    return cw.MathExpression(expression=f"FILL(told, 0) * {told_every} / 3600", label="Instance hours", period=period, using_metrics=told)


def saturated(endpoint: AsyncEndpoint) -> cw.MathExpression:
    """1 in each minute in which there are as many instances as allowed, and too many requests for each."""
    scaling, told_a_minute = endpoint.scaling, 60 / endpoint.hosting.metric_period
    named = {"told": instances(endpoint), "backlog": endpoint.metric_queue("ApproximateBacklogSizePerInstance", statistic="Average")}
    most = scaling.max_instances * told_a_minute
    return cw.MathExpression(
        expression=f"IF(FILL(told, 0) >= {most:g} AND FILL(backlog, 0) > {scaling.backlog_per_instance:g}, 1, 0)",
        label="Saturated",
        period=MINUTE,
        using_metrics=named,
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
    without = endpoint.metric_queue("HasBacklogWithoutCapacity")
    alarms.watch("BacklogAge", age, threshold=thresholds.backlog_age_minutes * 60, advice=ADVICE)
    alarms.watch("EndpointSaturated", saturated(endpoint), threshold=1, periods=HALF_AN_HOUR, advice=ADVICE)
    alarms.watch("InstanceHours", instance_hours(endpoint), threshold=thresholds.instance_hours_per_day, advice=ADVICE)
    alarms.watch("NoCapacity", without, threshold=1, periods=HALF_AN_HOUR, advice=ADVICE)
    alarms.watch("NoticesNotSent", notices, threshold=1, advice=ADVICE)


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
