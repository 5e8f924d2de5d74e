"""What the variants of endpoints are scaled by: for each kind the metric that exists for it."""

from ml_constructs.sagemaker.inference.capacity.endpoint_scaling import PROVISIONED_CONCURRENCY, VARIANT_INSTANCES, ScalableCapacity
from ml_constructs.sagemaker.inference.capacity.provisioned_concurrency import UTILIZATION, ProvisionedConcurrency
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint


def scale_instances(endpoint: Endpoint, scaling: Scaling) -> ScalableCapacity:
    """Scales the instances of a variant that answers while the caller waits.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
    """
    capacity = variant_capacity(endpoint, VARIANT_INSTANCES, scaling.min_instances, scaling.max_instances)
    capacity.track(
        "Load",
        predefined=scaling.predefined_metric,
        target=scaling.target,
        scale_in_cooldown=scaling.scale_in_cooldown,
        scale_out_cooldown=scaling.scale_out_cooldown,
    )
    return capacity


def scale_provisioned(endpoint: Endpoint, provisioned: ProvisionedConcurrency) -> ScalableCapacity:
    """Scales the warm containers of a serverless variant.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html
    """
    capacity = variant_capacity(endpoint, PROVISIONED_CONCURRENCY, provisioned.minimum, provisioned.maximum)
    capacity.track(
        "Utilization",
        predefined=UTILIZATION,
        target=provisioned.utilization,
        scale_in_cooldown=provisioned.scale_in_cooldown,
        scale_out_cooldown=provisioned.scale_out_cooldown,
    )
    return capacity


def variant_capacity(endpoint: Endpoint, dimension: str, minimum: int, maximum: int) -> ScalableCapacity:
    """Registers the production variant of ``endpoint``, without a policy yet.

    Args:
        endpoint: Whose variant it is.
        dimension: ``VARIANT_INSTANCES`` or ``PROVISIONED_CONCURRENCY``.
        minimum: Capacity at least; 0 for asynchronous endpoints only.
        maximum: Capacity at most.
    """
    resource_id = f"endpoint/{endpoint.endpoint_name}/variant/{endpoint.variant}"
    return ScalableCapacity(
        endpoint, "Capacity", resource_id=resource_id, dimension=dimension, minimum=minimum, maximum=maximum, serves=endpoint.endpoint
    )
