"""A LoRA adapter of a model on an endpoint whose instances are shared."""

from typing import Any

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from ml_constructs.sagemaker.inference.components.component_metrics import component_metric
from ml_constructs.sagemaker.inference.components.inference_component import InferenceComponent
from ml_constructs.sagemaker.inference.models.artifacts import AssetArtifact, TarArtifact


class AdapterComponent(Construct):
    """Serves a LoRA adapter with the copies of its base model, which load it when it is first asked for.

    It takes nothing of an instance itself. It is made after its base, and deleted before it.

    Args:
        base: The model that it adapts, in an image that loads adapters.
        name: What callers call it, as unique as the names of models.
        artifact: The adapter's files, in one archive.

    Raises:
        ValueError: A name that is taken or can't be one.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-adapt.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, base: InferenceComponent, name: str, artifact: TarArtifact | AssetArtifact
    ) -> None:
        super().__init__(scope, construct_id)
        base.endpoint.admit(name)
        self.base, self.name = base, name
        self.component_name = base.endpoint.component_name(name)
        for role in (base.endpoint.role, base.model.role):  # AWS doesn't say which of them fetches adapters of a base with a model
            artifact.grant_read(role, None)
        component = sagemaker.CfnInferenceComponent
        self.resource = component(
            self,
            "Component",
            endpoint_name=base.endpoint.endpoint_name,
            inference_component_name=self.component_name,
            specification=component.InferenceComponentSpecificationProperty(
                base_inference_component_name=base.component_name,
                container=component.InferenceComponentContainerSpecificationProperty(artifact_url=artifact.url(self)),
            ),
        )
        self.resource.node.add_dependency(base.resource, base.endpoint.role)
        self.waking = base.capacity.wake_for(self, "WakeAlarm", adapter=self.component_name) if base.capacity else None

    def metric(self, name: str, **options: Any) -> cw.Metric:
        """A metric of this component, such as ``Invocations``."""
        return component_metric(self.component_name, name, **options)
