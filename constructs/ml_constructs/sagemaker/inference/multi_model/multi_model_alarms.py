"""When something is wrong with an endpoint of many models."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import counted
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.endpoints import endpoint_metrics
from ml_constructs.sagemaker.inference.endpoints.endpoint_alarms import EndpointThresholds, watch_endpoint
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService
from ml_constructs.sagemaker.inference.multi_model import multi_model_metrics
from ml_constructs.sagemaker.inference.multi_model.multi_model_endpoint import MultiModelEndpoint

MISSING = "MissingModels"
"""What the functions count requests for models under that aren't there."""
ROLLBACK = ("EndpointErrors",)
"""The alarms that speak against a new configuration; not latency, as new instances have yet to load every model."""
ADVICE = {
    "ModelReloads": (
        "For half an hour many requests met a model that wasn't loaded: models push one another out of memory. Raise min_instances or "
        "choose instances with more memory; with a great many models that are seldom asked, switch model_cache off."
    ),
    "ModelLoading": (
        "Requests wait long for a model to be fetched and loaded, and callers may have given up. See on the dashboard which of the two "
        "takes long: smaller archives, or larger instances; the model goes on being loaded meanwhile, and a later request finds it."
    ),
    "MissingModels": (
        "Many requests named models that SageMaker could not fetch. Callers may have the wrong name; or an archive was deleted, or the "
        "role of the model may no longer read the bucket or use its key. See the names in the bucket, and the endpoint's log group."
    ),
}


@dataclass(frozen=True, kw_only=True)
class MultiModelThresholds(EndpointThresholds):
    """When something counts as wrong.

    Args:
        miss_percent: Of the requests of five minutes, for half an hour, whose model isn't loaded.
        loading_seconds: That a request waits for its model at most, for a quarter of an hour.
        missing_per_hour: Requests for models that aren't there.
    """

    memory_percent: float = 95
    miss_percent: float = 30
    loading_seconds: float = 20
    missing_per_hour: int = 50


def watch_multi_model(
    alarms: Alarms, *, endpoint: MultiModelEndpoint, service: InferenceService, thresholds: MultiModelThresholds
) -> Mapping[str, cw.Alarm]:
    """Adds an alarm for each entry of ``ADVICE``, and those on any endpoint with instances.

    Args:
        alarms: Gets the alarms.
        endpoint: Holds the models.
        service: Asks it.
        thresholds: When something counts as wrong.

    Returns:
        The alarms by their ids, so that ``endpoint.roll_back_on`` can be given those of ``ROLLBACK``.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-cloudwatch-metrics.html
    """
    limits = thresholds
    misses, wait = multi_model_metrics.miss_percent(endpoint), multi_model_metrics.loading_wait(endpoint)
    longest = limits.loading_seconds * multi_model_metrics.MICROSECONDS_PER_SECOND
    missing = counted(service, MISSING, by=service.package, period=endpoint_metrics.HOUR)
    return {
        **watch_endpoint(alarms, endpoint=endpoint, thresholds=limits, scaling=endpoint.scaling),
        "ModelReloads": alarms.watch("ModelReloads", misses, threshold=limits.miss_percent, periods=6, advice=ADVICE),
        "ModelLoading": alarms.watch("ModelLoading", wait, threshold=longest, periods=3, advice=ADVICE),
        "MissingModels": alarms.watch("MissingModels", missing, threshold=limits.missing_per_hour, advice=ADVICE),
    }
