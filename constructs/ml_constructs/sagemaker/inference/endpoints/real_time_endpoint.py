"""An endpoint on instances that are always there, and more of them when there is more to do."""

from dataclasses import replace
from typing import ClassVar

from constructs import Construct

from ml_constructs.foundation.handler_function import HandlerDefaults
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.capacity.variant_scaling import scale_instances
from ml_constructs.sagemaker.inference.deployments.deployment import Deployment
from ml_constructs.sagemaker.inference.deployments.deployment_checks import check_deployment
from ml_constructs.sagemaker.inference.deployments.shadow import ShadowVariant
from ml_constructs.sagemaker.inference.endpoints.data_capture import DataCapture
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_config import EndpointOptions
from ml_constructs.sagemaker.inference.endpoints.fitting import fitted
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.model import Model


class RealTimeEndpoint(Endpoint):
    """Serves one model, while the caller waits, on instances whose number follows the load.

    Args:
        model: What is served.
        hosting: The instances.
        scaling: How many there are.
        defaults: Key, retention and removal policy of the blueprint.
        data_capture: Keeps requests and answers; nothing is kept when left out.
        deployment: How an update is made; all at once and without waiting when left out.
        shadow: A second model on trial.

    Raises:
        ValueError: Instances that can't run the image, a deployment that the endpoint can't have, or a model of many, for which there is
            ``MultiModelEndpoint``.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints.html
    """

    many_models: ClassVar[bool] = False
    """Whether callers are told apart by the model that they ask for."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model: Model,
        hosting: Hosting,
        scaling: Scaling,
        defaults: HandlerDefaults,
        data_capture: DataCapture | None = None,
        deployment: Deployment | None = None,
        shadow: ShadowVariant | None = None,
    ) -> None:
        if model.multi_model and not type(self).many_models:
            raise ValueError(f"model must be a single one, got mode MultiModel in {model.node.path}, of which any caller could ask for all")
        hosting = fitted(scope, hosting, model.containers)
        if shadow is not None:
            shadow = replace(shadow, hosting=fitted(scope, shadow.hosting, shadow.model.containers))
        check_deployment(deployment, instance_types=hosting.instance_types, instances=scaling.min_instances, shadow=shadow is not None)
        super().__init__(
            scope,
            construct_id,
            variant=hosting.variant(model_name=model.model_name, instances=scaling.min_instances),
            role=model.role,
            options=EndpointOptions(
                instance_types=hosting.instance_types,
                data_capture=data_capture,
                shadow=shadow,
                metrics=hosting.metrics(),
                retain_capacity=scaling.scaled,
            ),
            defaults=defaults,
            deployment=deployment,
        )
        self.model, self.hosting, self.scaling = model, hosting, scaling
        self.capacity = scale_instances(self, scaling) if scaling.scaled else None
