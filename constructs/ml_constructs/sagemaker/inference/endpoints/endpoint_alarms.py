"""When something is wrong with an endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from aws_cdk import aws_cloudwatch as cw

from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.endpoints import endpoint_metrics as metrics
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint

ADVICE = {
    "EndpointErrors": (
        "The endpoint, or the model in it, failed. See the endpoint's log group for the container's reason; a request that takes longer "
        "than a minute counts as well."
    ),
    "EndpointClientErrors": (
        "The model refuses many requests. See the endpoint's log group for what it can't read, and whether a caller or the model changed."
    ),
    "EndpointLatency": (
        "The model takes long to answer. See on the dashboard whether requests or their size have grown; raise max_instances, lower the "
        "scaling target, or choose a larger instance type."
    ),
    "EndpointMemory": "The instances are short of memory, and containers may be killed. Choose a larger instance type, or fewer workers.",
    "EndpointAtMaximum": (
        "The endpoint has had as many instances as it may for half an hour. Raise max_instances, and the account's quota for the "
        "instance type with it, or find out who asks so much."
    ),
    "EndpointSpend": (
        "More instances than planned have served for six hours, and each is billed. Find out who asks; lower max_instances, or raise "
        "planned_instances."
    ),
}
ROLLBACK = ("EndpointErrors", "EndpointLatency")
"""The alarms that speak against a new configuration while it's being rolled out."""
ROUNDING = 0.5


@dataclass(frozen=True, kw_only=True)
class EndpointThresholds:
    """When something counts as wrong.

    Args:
        errors_per_minute: Requests that failed for want of the endpoint or the model.
        latency_ms: Milliseconds that the model takes at most for 99 of 100 requests, for three minutes.
        client_error_percent: Of the requests of five minutes that the model refuses.
        memory_percent: Of an instance's memory, for a quarter of an hour.
        planned_instances: That serve on average at most; halfway between the bounds of the scaling when left out.

    Raises:
        ValueError: A threshold that is always reached.
    """

    errors_per_minute: int = 1
    latency_ms: float = 1000
    client_error_percent: float = 10
    memory_percent: float = 90
    planned_instances: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and value <= 0:
                raise ValueError(f"{field.name} must be above 0, got {value}")


def watch_endpoint(
    alarms: Alarms, *, endpoint: Endpoint, thresholds: EndpointThresholds, scaling: Scaling | None = None
) -> Mapping[str, cw.Alarm]:
    """Adds an alarm for each entry of ``ADVICE``; those on the number of instances only where it changes.

    Args:
        alarms: Gets the alarms.
        endpoint: An endpoint on instances.
        thresholds: When something counts as wrong.
        scaling: How many instances there are.

    Returns:
        The alarms by their ids, so that ``endpoint.roll_back_on`` can be given those of ``ROLLBACK``.
    """
    watched = watch_answers(alarms, endpoint=endpoint, thresholds=thresholds)
    memory = metrics.utilization(endpoint)
    watched["EndpointMemory"] = alarms.watch("EndpointMemory", memory, threshold=thresholds.memory_percent, periods=3, advice=ADVICE)
    if scaling is not None and scaling.scaled:
        full = scaling.max_instances - ROUNDING
        at_maximum = metrics.instances(endpoint)
        watched["EndpointAtMaximum"] = alarms.watch("EndpointAtMaximum", at_maximum, threshold=full, periods=6, advice=ADVICE)
        watched["EndpointSpend"] = alarms.add(
            "EndpointSpend",
            metric=metrics.instances(endpoint, metrics.HOUR),
            threshold=_planned(thresholds, scaling),
            periods=6,
            description=ADVICE["EndpointSpend"],
            comparison=cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
            missing=cw.TreatMissingData.NOT_BREACHING,
        )
    return watched


def watch_answers(alarms: Alarms, *, endpoint: Endpoint, thresholds: EndpointThresholds) -> dict[str, cw.Alarm]:
    """Adds the alarms on what any endpoint answers, looked at by the minute where an update may have to be ended by them."""
    errors = metrics.counted(endpoint, "Invocation5XXErrors", metrics.MINUTE)
    latency = metrics.latency(endpoint, period=metrics.MINUTE)
    limit = thresholds.latency_ms * metrics.MICROSECONDS
    refused = metrics.client_error_percent(endpoint)
    return {
        "EndpointErrors": alarms.watch("EndpointErrors", errors, threshold=thresholds.errors_per_minute, advice=ADVICE),
        "EndpointLatency": alarms.watch("EndpointLatency", latency, threshold=limit, periods=3, advice=ADVICE),
        "EndpointClientErrors": alarms.watch("EndpointClientErrors", refused, threshold=thresholds.client_error_percent, advice=ADVICE),
    }


def _planned(thresholds: EndpointThresholds, scaling: Scaling) -> float:
    if thresholds.planned_instances is not None:
        return thresholds.planned_instances
    return (scaling.min_instances + scaling.max_instances) / 2
