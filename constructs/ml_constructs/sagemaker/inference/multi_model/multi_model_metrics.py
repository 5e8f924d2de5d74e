"""What there is to see of an endpoint of many models; SageMaker tells nothing of each model by itself."""

from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT
from ml_constructs.sagemaker.inference.endpoints import endpoint_metrics as metrics
from ml_constructs.sagemaker.inference.multi_model.multi_model_endpoint import MultiModelEndpoint

MICROSECONDS_PER_SECOND = 1_000_000
FEWEST_REQUESTS = 20
STEPS = {"fetched": "ModelDownloadingTime", "loaded": "ModelLoadingTime", "unloaded": "ModelUnloadingTime"}


def miss_percent(endpoint: MultiModelEndpoint) -> cw.MathExpression:
    """The percentage of requests whose model wasn't loaded; 0 where there were few.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-cloudwatch-metrics.html
    """
    used = {
        "requests": endpoint.metric("ModelCacheHit", period=MOMENT, statistic="SampleCount"),
        "hits": endpoint.metric("ModelCacheHit", period=MOMENT, statistic="Sum"),
    }
    expression = f"IF(FILL(requests, 0) >= {FEWEST_REQUESTS}, 100 * (requests - FILL(hits, 0)) / requests, 0)"
    return cw.MathExpression(expression=expression, label="Not loaded (%)", period=MOMENT, using_metrics=used)


def loading_wait(endpoint: MultiModelEndpoint, statistic: str = "Maximum") -> cw.Metric:
    """Microseconds that requests waited for their model to be downloaded and loaded."""
    return endpoint.metric("ModelLoadingWaitTime", period=MOMENT, statistic=statistic, label=statistic)


def loaded_models(endpoint: MultiModelEndpoint, statistic: str = "Sum") -> cw.Metric:
    """How many models are loaded: on all instances together, each wherever it is, or on an instance on average.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-multimodel-endpoints
    """
    return endpoint.metric("LoadedModelCount", namespace=metrics.INSTANCES, period=metrics.MINUTE, statistic=statistic)


def multi_model_graphs(endpoint: MultiModelEndpoint) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of an endpoint of many models."""
    loaded = [loaded_models(endpoint, statistic) for statistic in ("Sum", "Average")]
    changes = [endpoint.metric(name, period=MOMENT, statistic="SampleCount", label=label) for label, name in STEPS.items()]
    times = [_seconds(endpoint.metric(name, period=MOMENT, statistic="Average"), label) for label, name in STEPS.items()]
    waits = [_seconds(loading_wait(endpoint, statistic), statistic.lower()) for statistic in ("Average", "Maximum")]
    return {
        **metrics.endpoint_graphs(endpoint),
        "Models in memory (on all instances, on each)": [*loaded],
        "Models fetched, loaded and unloaded": [*changes],
        "Requests whose model was not loaded (%)": [miss_percent(endpoint)],
        "Wait for a model (s)": [*waits],
        "Time to fetch, load and unload a model (s)": [*times],
    }


def _seconds(metric: cw.Metric, label: str) -> cw.MathExpression:
    return cw.MathExpression(expression=f"{label} / {MICROSECONDS_PER_SECOND}", label=label, period=MOMENT, using_metrics={label: metric})
