"""Language models and their adapters on shared instances, behind an API."""

from typing import Any

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.operations import Dashboard
from ml_constructs.sagemaker.inference.components.component_adapter import AdapterComponent
from ml_constructs.sagemaker.inference.components.component_alarms import text_graphs, watch_component, watch_texts
from ml_constructs.sagemaker.inference.components.component_stream import TextStream
from ml_constructs.sagemaker.inference.components.inference_component import InferenceComponent
from ml_constructs.sagemaker.inference.components.inference_component_endpoint import InferenceComponentEndpoint
from ml_constructs.sagemaker.inference.front.inference_alarms import watch_front
from ml_constructs.sagemaker.inference.front.inference_metrics import front_graphs
from ml_constructs.sagemaker.inference.models.artifacts import PrefixArtifact, TarArtifact
from ml_constructs.sagemaker.inference.models.container import Container
from ml_constructs.sagemaker.inference.models.model import Model
from stacks.base import BlueprintStack, DeploymentContext
from stacks.llm_inference_settings import LlmInferenceSettings
from stacks.parts.inference_front import Front, Handler, front_of

__all__ = ["LlmInferenceSettings", "LlmInferenceStack"]

PATH = "/generations"


class LlmInferenceStack(BlueprintStack):
    """An endpoint with the models and adapters as inference components, functions that ask them, and the API."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: LlmInferenceSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        settings.hardware.check(settings.types, self.region)
        endpoint = InferenceComponentEndpoint(
            self,
            "Endpoint",
            hosting=settings.hosting(),
            instances=settings.instances.value(),
            defaults=self.defaults,
            placement=self.defaults.placement if settings.model_in_network else None,
        )
        components = [self._component(settings, endpoint, name) for name in settings.models]
        front = self._front(settings, endpoint)
        stream = None
        if settings.streaming:
            stream = TextStream(
                self, "Stream", endpoint=endpoint, service=front.service, api=front.api, path=f"{PATH}/stream", defaults=self.defaults
            )
        for component in components:
            watch_component(self.alarms, component=component, thresholds=settings.alarms.components())
        watch_texts(self.alarms, endpoint=endpoint, service=front.service, stream=stream, thresholds=settings.alarms.components())
        watch_front(self.alarms, service=front.service, api=front.api, thresholds=settings.alarms.front())
        graphs = {**text_graphs(components, service=front.service, stream=stream), **front_graphs(front.service, front.api)}
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs=graphs)
        self.output(
            **{name: value for name, value in front.outputs.items() if name != "PredictionsUrl"},
            GenerationsUrl=front.api.predictions_url,
            StreamUrl=stream.url if stream else None,
            EndpointName=endpoint.endpoint_name,
            ComponentNames=",".join(f"{name}={endpoint.component_name(name)}" for name in settings.names),
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
        )

    def _component(self, settings: LlmInferenceSettings, endpoint: InferenceComponentEndpoint, name: str) -> InferenceComponent:
        """A model with its adapters. Ids are made of names, so that taking one model away leaves the others alone."""
        chosen, hardware, place = settings.models[name], settings.hardware, Construct(self, _id(name))
        environment = {**hardware.environment(chosen.shape()), **chosen.environment}
        artifact = PrefixArtifact(*_place(place, "Files", chosen.artifact, chosen.artifact_key_arn))
        model = Model(place, "Model", containers=[Container(hardware.image, artifact, environment)], placement=endpoint.placement)
        component = InferenceComponent(
            place,
            _id(name),
            endpoint=endpoint,
            name=name,
            model=model,
            needs=chosen.needs(),
            scaling=chosen.copies.value(),
            options=chosen.options(settings.update.value()),
            defaults=self.defaults,
        )
        for adapter, given in chosen.adapters.items():
            within = Construct(place, f"{_id(adapter)}Adapter")
            files = TarArtifact(*_place(within, "Files", given.artifact, chosen.artifact_key_arn))
            AdapterComponent(within, "Adapter", base=component, name=adapter, artifact=files)
        return component

    def _front(self, settings: LlmInferenceSettings, endpoint: InferenceComponentEndpoint) -> Front:
        environment = {
            "COMPONENT_NAMES": endpoint.component_names,
            "MAX_PROMPT_BYTES": str(settings.limits.prompt_bytes),
            "MAX_TOKENS": str(settings.limits.max_tokens),
            "MODELS": ",".join(settings.names),
        }
        handler = Handler(package="generate_text", environment=environment, path=PATH, shared=("generations",))
        return front_of(self, endpoint, callers=settings.callers, requests=settings.limits.requests(), handler=handler)


def _id(name: str) -> str:
    """The name of a model as the id of a construct."""
    return "".join(part.title() for part in name.split("-"))


def _place(scope: Construct, construct_id: str, uri: str, key_arn: str | None) -> tuple[s3.IBucket, str]:
    """The bucket and the key, or prefix, of an address in S3."""
    name, _, key = uri.removeprefix("s3://").partition("/")
    encryption = kms.Key.from_key_arn(scope, f"{construct_id}Key", key_arn) if key_arn else None
    return s3.Bucket.from_bucket_attributes(scope, construct_id, bucket_name=name, encryption_key=encryption), key
