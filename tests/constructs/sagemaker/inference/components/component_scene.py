"""What inference components are tested with."""

from functools import cached_property
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from ml_constructs.foundation import DataKey, HandlerDefaults
from ml_constructs.sagemaker.images import FrameworkImage
from ml_constructs.sagemaker.inference.components.component_adapter import AdapterComponent
from ml_constructs.sagemaker.inference.components.component_instances import SharedInstances
from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds
from ml_constructs.sagemaker.inference.components.inference_component import InferenceComponent
from ml_constructs.sagemaker.inference.components.inference_component_endpoint import InferenceComponentEndpoint
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.models.artifacts import PrefixArtifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model

AMI = "al2023-ami-sagemaker-inference-gpu-4-1"
ONE_GPU = ComponentNeeds(memory_mb=1024, accelerators=1)


class Scene:
    """A stack with an endpoint, to which models are added."""

    def __init__(
        self, *, name: str = "llm", types: str = "ml.g6.2xlarge", instances: SharedInstances | None = None, **hosting: Any
    ) -> None:
        self.app = cdk.App(context={"@aws-cdk/core:failSynthOnValidationErrors": False})
        self.stack = cdk.Stack(self.app, name)
        self.key: kms.IKey = DataKey(self.stack, "Key")
        self.defaults = HandlerDefaults(key=self.key)
        self.bucket = s3.Bucket.from_bucket_name(self.stack, "Models", "models")
        self.endpoint = InferenceComponentEndpoint(
            self.stack,
            "Endpoint",
            hosting=Hosting(**{"instance_type": types, "ami_version": AMI, **hosting}),
            instances=instances or SharedInstances(),
            defaults=self.defaults,
        )

    def model(self, construct_id: str, framework: str = "djl-lmi", accelerator: Any = "gpu") -> Model:
        """A model in an image for language models."""
        image = FrameworkImage(framework, accelerator=accelerator)
        return Model(self.stack, construct_id, containers=[Container(image, PrefixArtifact(self.bucket, f"{construct_id}/"))])

    def add(self, name: str = "assistant", needs: ComponentNeeds = ONE_GPU, **arguments: Any) -> InferenceComponent:
        """A component with its model."""
        model = arguments.pop("model", None) or self.model(f"{name}Model")
        return InferenceComponent(
            self.stack, name.title(), endpoint=self.endpoint, name=name, model=model, needs=needs, defaults=self.defaults, **arguments
        )

    def adapt(self, base: InferenceComponent, name: str = "legal") -> AdapterComponent:
        """An adapter of a component."""
        artifact = TarArtifact(self.bucket, f"adapters/{name}.tar.gz")
        return AdapterComponent(self.stack, f"{name.title()}Adapter", base=base, name=name, artifact=artifact)

    @cached_property
    def template(self) -> Template:
        """What the stack synthesises to."""
        return Template.from_stack(self.stack)

    def properties(self, kind: str) -> list[dict[str, Any]]:
        """The properties of the resources of one type."""
        return [resource["Properties"] for resource in self.template.find_resources(kind).values()]

    def component(self, start: str) -> tuple[str, dict[str, Any]]:
        """The id and the resource of the component whose id starts so."""
        components = self.template.find_resources("AWS::SageMaker::InferenceComponent")
        (found,) = [(name, each) for name, each in components.items() if name.startswith(start)]
        return found


def adapted() -> Scene:
    """A scene with a model and an adapter."""
    scene = Scene()
    scene.adapt(scene.add())
    return scene
