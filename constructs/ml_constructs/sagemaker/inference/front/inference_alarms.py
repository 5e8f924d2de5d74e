"""What operators are told when something is wrong in front of an endpoint."""

from dataclasses import dataclass, fields

from aws_cdk import Duration

from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.front import inference_metrics as metrics
from ml_constructs.sagemaker.inference.front.inference_api import InferenceApi
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService

HOUR = Duration.hours(1)
ADVICE = {
    "PredictionApiErrors": (
        "The API answered with 5xx. See the logs of the function for the reason: an endpoint that is not in service, or a model that fails "
        "or takes too long."
    ),
    "PredictionErrors": "The function itself failed or was cut off. See its logs and its trace; more memory gives it more of a processor.",
    "PredictionLatency": (
        "Predictions take long. Compare with the model's latency and the overhead on the dashboard: a slow model needs larger or more "
        "instances, a long overhead smaller requests; cold starts show as single slow requests."
    ),
    "PredictionRefusals": (
        "The model refuses many requests with 4xx. See which status in the logs of the function, and the container's log for the reason: "
        "callers may send what the model wasn't trained on, or a new model may expect another form."
    ),
    "PredictionsTurnedAway": (
        "For a quarter of an hour requests were turned away for want of capacity. Raise the capacity that the endpoint may scale to, the "
        "function's concurrency, or the quotas of the account; lower callers.limits if callers ask too much."
    ),
}


@dataclass(frozen=True, kw_only=True)
class FrontThresholds:
    """When something counts as wrong.

    Args:
        latency_seconds: Which 95 of 100 predictions take at most, for a quarter of an hour.
        refused_percent: Of the requests of an hour, by the model.

    Raises:
        ValueError: A threshold that is always reached.
    """

    latency_seconds: float = 5
    refused_percent: float = 20

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value <= 0:
                raise ValueError(f"{field.name} must be above 0, got {value}")


def watch_front(alarms: Alarms, *, service: InferenceService, api: InferenceApi, thresholds: FrontThresholds) -> None:
    """Adds an alarm for each entry of ``ADVICE``.

    Args:
        alarms: Gets the alarms.
        service: Answers.
        api: Is asked.
        thresholds: When something counts as wrong.
    """
    errors = service.function.metric_errors(period=MOMENT, statistic="Sum")
    latency, refused = metrics.latency(api), metrics.refused_by_model(service, HOUR)
    alarms.watch("PredictionApiErrors", api.api.metric_server_error(period=MOMENT, statistic="Sum"), threshold=1, advice=ADVICE)
    alarms.watch("PredictionErrors", errors, threshold=1, advice=ADVICE)
    alarms.watch("PredictionLatency", latency, threshold=thresholds.latency_seconds * 1000, periods=3, advice=ADVICE)
    alarms.watch("PredictionRefusals", refused, threshold=thresholds.refused_percent, advice=ADVICE)
    alarms.watch("PredictionsTurnedAway", metrics.turned_away(service), threshold=1, periods=3, advice=ADVICE)
