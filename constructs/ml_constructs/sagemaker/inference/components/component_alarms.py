"""What is watched of models on shared instances, and what there is to see of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT, counted, total
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.components import component_metrics as metrics
from ml_constructs.sagemaker.inference.components.component_advice import ADVICE
from ml_constructs.sagemaker.inference.components.component_stream import PACKAGE as STREAM_PACKAGE
from ml_constructs.sagemaker.inference.components.component_stream import TextStream
from ml_constructs.sagemaker.inference.components.inference_component import InferenceComponent
from ml_constructs.sagemaker.inference.components.inference_component_endpoint import InferenceComponentEndpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_metrics import HOUR, MICROSECONDS, MINUTE
from ml_constructs.sagemaker.inference.front.inference_metrics import OUTCOMES, outcome
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService


@dataclass(frozen=True, kw_only=True)
class ComponentThresholds:
    """When something counts as wrong.

    Args:
        latency_seconds: Which 95 of 100 texts take at most, for a quarter of an hour.
        first_token_seconds: Which 95 of 100 callers of the stream wait for the first words at most, as long.
        tokens_per_day: Read and written.

    Raises:
        ValueError: A threshold that is always reached.
    """

    latency_seconds: float = 20
    first_token_seconds: float = 5
    tokens_per_day: int = 10_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value <= 0:
                raise ValueError(f"{field.name} must be above 0, got {value}")


def watch_component(alarms: Alarms, *, component: InferenceComponent, thresholds: ComponentThresholds) -> None:
    """Adds the alarms on one model, and has its updates put the old copies back when its errors rise.

    Args:
        alarms: Gets the alarms.
        component: Serves the model.
        thresholds: When something counts as wrong.
    """

    def watch(kind: str, metric: cw.IMetric, threshold: float, periods: int = 1) -> cw.Alarm:
        construct_id = f"{component.node.id}{kind}"
        return alarms.watch(construct_id, metric, threshold=threshold, periods=periods, advice={construct_id: ADVICE[kind]})

    errors = component.metric("Invocation5XXErrors", period=MINUTE, statistic="Sum")
    latency = component.metric("ModelLatency", period=MOMENT, statistic="p95")
    component.roll_back_on(watch("Errors", errors, 1))
    watch("Latency", latency, thresholds.latency_seconds * 1000 * MICROSECONDS, 3)
    if component.capacity is not None:
        watch("AtMaximum", metrics.copies(component.component_name), component.scaling.maximum - 0.5, 6)


def watch_texts(
    alarms: Alarms,
    *,
    endpoint: InferenceComponentEndpoint,
    service: InferenceService,
    stream: TextStream | None,
    thresholds: ComponentThresholds,
) -> None:
    """Adds the alarms on what all models together write.

    Args:
        alarms: Gets the alarms.
        endpoint: Where the models are.
        service: Answers with whole texts.
        stream: Answers in parts, if there is one.
        thresholds: When something counts as wrong.
    """
    missing = total([*_counts(service, stream, "NoCapacity", MOMENT)], "No capacity", MOMENT)
    alarms.watch("CapacityMissing", missing, threshold=1, periods=6, advice=ADVICE)
    if endpoint.instances.minimum == 0:
        answered = total([*_counts(service, stream, "Predictions", HOUR)], "Predictions", HOUR)
        alarms.watch("InstancesIdle", metrics.idle(endpoint, answered), threshold=1, periods=3, advice=ADVICE)
    day = Duration.days(1)
    read, written = _counts(service, stream, "PromptTokens", day), _counts(service, stream, "CompletionTokens", day)
    alarms.watch("TokensPerDay", total([*read, *written], "Tokens", day), threshold=thresholds.tokens_per_day, advice=ADVICE)
    if stream is not None:
        first = counted(stream, "FirstTokenSeconds", by=STREAM_PACKAGE, period=MOMENT).with_(statistic="p95")
        alarms.watch("FirstToken", first, threshold=thresholds.first_token_seconds, periods=3, advice=ADVICE)
        torn = stream.function.metric_errors(period=MOMENT, statistic="Sum")
        alarms.watch("StreamErrors", torn, threshold=1, advice=ADVICE)


def text_graphs(
    components: Sequence[InferenceComponent], *, service: InferenceService, stream: TextStream | None
) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of models on shared instances."""
    names = [component.name for component in components]
    by_name = dict(zip(names, components, strict=True))

    def each(metric: str, statistic: str) -> list[cw.IMetric]:
        return [by_name[name].metric(metric, period=MOMENT, statistic=statistic, label=name) for name in names]

    graphs: dict[str, list[cw.IMetric]] = {
        "Requests by model": each("Invocations", "Sum"),
        "Requests at once, by copy": each("ConcurrentRequestsPerCopy", "Maximum"),
        "Without a running copy": each("NoCapacityInvocationFailures", "Sum"),
        "Time of the model (microseconds)": each("ModelLatency", "p95"),
        "Tokens": [*_counts(service, stream, "PromptTokens", MOMENT), *_counts(service, stream, "CompletionTokens", MOMENT)],
    }
    if stream is not None:
        graphs["Streams by outcome"] = [counted(stream, name, by=STREAM_PACKAGE, period=MOMENT) for name in (*OUTCOMES, "NoCapacity")]
    return graphs


def _counts(service: InferenceService, stream: TextStream | None, name: str, period: Duration) -> list[cw.Metric]:
    streamed = [counted(stream, name, by=STREAM_PACKAGE, period=period)] if stream else []
    return [outcome(service, name, period), *streamed]
