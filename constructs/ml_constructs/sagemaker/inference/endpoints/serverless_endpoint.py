"""A SageMaker endpoint without instances, which costs nothing between requests."""

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.foundation.checks import check_range
from ml_constructs.foundation.handler_function import HandlerDefaults
from ml_constructs.sagemaker.inference.capacity.provisioned_concurrency import MOST_CONCURRENCY, ProvisionedConcurrency
from ml_constructs.sagemaker.inference.capacity.variant_scaling import scale_provisioned
from ml_constructs.sagemaker.inference.deployments.deployment import Deployment
from ml_constructs.sagemaker.inference.deployments.deployment_checks import check_deployment
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_config import EndpointOptions
from ml_constructs.sagemaker.inference.endpoints.hosting import VARIANT
from ml_constructs.sagemaker.inference.models.model import Model

MEMORY_SIZES_MB = (1024, 2048, 3072, 4096, 5120, 6144)


class ServerlessEndpoint(Endpoint):
    """Serves one model on processors that SageMaker lends by the request.

    A request that finds no warm container waits for one to start. Requests and answers have up to 4 MB and a minute.

    Args:
        model: What is served: one container that needs neither GPU, network nor isolation from it.
        defaults: Key, retention and removal policy of the blueprint.
        memory_mb: Memory of a container, one of ``MEMORY_SIZES_MB``; its share of processors grows with it.
        max_concurrency: Requests served at once before SageMaker throttles, 1 to 200.
        provisioned: Containers that are kept warm, and billed; none when left out.
        deployment: How an update is made; all at once and without waiting when left out.

    Raises:
        ValueError: A size that SageMaker doesn't offer, or a model that can't be served so.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model: Model,
        defaults: HandlerDefaults,
        memory_mb: int = 2048,
        max_concurrency: int = 5,
        provisioned: ProvisionedConcurrency | None = None,
        deployment: Deployment | None = None,
    ) -> None:
        if memory_mb not in MEMORY_SIZES_MB:
            raise ValueError(f"memory_mb must be one of {', '.join(map(str, MEMORY_SIZES_MB))}, got {memory_mb}")
        check_range("max_concurrency", max_concurrency, 1, MOST_CONCURRENCY)
        if provisioned is not None:
            provisioned.check_within(max_concurrency)
        check_model(model)
        check_deployment(deployment, instance_types=(), instances=0, shadow=False)
        config = sagemaker.CfnEndpointConfig
        serverless = config.ServerlessConfigProperty(
            memory_size_in_mb=memory_mb,
            max_concurrency=max_concurrency,
            provisioned_concurrency=provisioned.minimum if provisioned else None,
        )
        super().__init__(
            scope,
            construct_id,
            variant=config.ProductionVariantProperty(
                variant_name=VARIANT, model_name=model.model_name, initial_variant_weight=1, serverless_config=serverless
            ),
            role=model.role,
            options=EndpointOptions(retain_capacity=provisioned is not None and provisioned.scaled),
            defaults=defaults,
            deployment=deployment,
        )
        self.model, self.memory_mb, self.max_concurrency = model, memory_mb, max_concurrency
        self.capacity = scale_provisioned(self, provisioned) if provisioned and provisioned.scaled else None


def check_model(model: Model) -> None:
    """Refuses a model that serverless endpoints can't serve.

    Raises:
        ValueError: Says what stands against it.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions
    """
    if len(model.containers) != 1:
        raise ValueError(f"model must have one container for a serverless endpoint, got {len(model.containers)}")
    (container,) = model.containers
    if "cpu" not in container.image.accelerators:
        offered = ", ".join(sorted(container.image.accelerators))
        raise ValueError(f"model must have an image for cpu for a serverless endpoint, which has no accelerators, got one for {offered}")
    if "x86_64" not in container.image.architectures:
        title = container.image.title
        raise ValueError(f"model must have an image for x86_64 for a serverless endpoint, as AWS names no other processors, got {title}")
    if model.multi_model:
        raise ValueError("model must serve one model for a serverless endpoint, got mode MultiModel")
    if model.data_source:
        raise ValueError("model must have a .tar.gz artifact for a serverless endpoint, which takes no ModelDataSource, got one")
    if model.placement is not None:
        raise ValueError("model must be without a placement for a serverless endpoint, which joins no network, got one")
    if model.network_isolation:
        raise ValueError("model must be without network_isolation for a serverless endpoint, which doesn't know it, got True")
