"""What there is to see of requests in front of an endpoint."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT, counted, total
from ml_constructs.sagemaker.inference.front.inference_api import InferenceApi
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService

OUTCOMES = ("Predictions", "Refused", "ModelRefusals", "ModelErrors", "OutOfTime", "Throttles", "NotReady", "Unavailable", "Faults")
"""What becomes of a request, by the names that the functions count under; each counts once, as ``NoCapacity`` where a model has no copy."""
FEWEST_REQUESTS = 20


def outcome(service: InferenceService, name: str, period: Duration = MOMENT) -> cw.Metric:
    """How many requests ended so, one of ``OUTCOMES``."""
    return counted(service, name, by=service.package, period=period)


def turned_away(service: InferenceService) -> cw.MathExpression:
    """Requests that the function's or the endpoint's concurrency had no room for, or whose model was still being loaded."""
    lambda_throttles = service.function.metric_throttles(period=MOMENT, statistic="Sum")
    return total([outcome(service, "Throttles"), outcome(service, "NotReady"), lambda_throttles], "Turned away", MOMENT)


def refused_by_model(service: InferenceService, period: Duration) -> cw.MathExpression:
    """The percentage of requests that the model refused; 0 when there were few."""
    named = {name.lower(): outcome(service, name, period) for name in ("Predictions", "ModelRefusals")}
    every = "(FILL(predictions, 0) + FILL(modelrefusals, 0))"
    return cw.MathExpression(
        expression=f"IF({every} >= {FEWEST_REQUESTS}, 100 * FILL(modelrefusals, 0) / {every}, 0)",
        label="Refused by the model (%)",
        period=period,
        using_metrics=named,
    )


def latency(api: InferenceApi, statistic: str = "p95") -> cw.Metric:
    """Milliseconds that callers wait for a prediction."""
    return api.predictions.metric_latency(api.stage, period=MOMENT, statistic=statistic, label=statistic)


def front_graphs(service: InferenceService, api: InferenceApi) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of requests."""
    rest = api.api
    return {
        "Requests by outcome": [outcome(service, name) for name in OUTCOMES],
        "Prediction API": [rest.metric_count(), rest.metric_client_error(), rest.metric_server_error()],
        "Time to a prediction (ms)": [latency(api, "p50"), latency(api), latency(api, "p99")],
    }
