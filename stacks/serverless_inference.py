"""Serves a model that answers while the caller waits, without instances."""

from typing import Any

from constructs import Construct

from ml_constructs.operations import Dashboard
from ml_constructs.sagemaker.inference.endpoints.serverless_alarms import serverless_graphs, watch_serverless
from ml_constructs.sagemaker.inference.endpoints.serverless_endpoint import ServerlessEndpoint
from ml_constructs.sagemaker.inference.front.inference_alarms import watch_front
from ml_constructs.sagemaker.inference.front.inference_metrics import front_graphs
from ml_constructs.sagemaker.inference.models.model import Model
from stacks.base import BlueprintStack, DeploymentContext
from stacks.parts.inference_front import front_of
from stacks.serverless_inference_settings import SAMPLES, ServerlessInferenceSettings

__all__ = ["ServerlessInferenceSettings", "ServerlessInferenceStack"]


class ServerlessInferenceStack(BlueprintStack):
    """A model, a serverless endpoint that serves it, and the API by which it is asked."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: ServerlessInferenceSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        container = settings.model.container(Construct(self, "ModelParts"), samples=SAMPLES)
        endpoint = ServerlessEndpoint(
            self,
            "Endpoint",
            model=Model(self, "Model", containers=[container], network_isolation=False, key=self.key),
            defaults=self.defaults,
            memory_mb=settings.memory_mb,
            max_concurrency=settings.max_concurrency,
            provisioned=settings.provisioned.value() if settings.provisioned else None,
        )
        front = front_of(self, endpoint, callers=settings.callers, requests=settings.requests)
        watch_front(self.alarms, service=front.service, api=front.api, thresholds=settings.alarms.requests.value())
        watch_serverless(self.alarms, endpoint=endpoint, thresholds=settings.alarms.endpoint.value())
        graphs = {**front_graphs(front.service, front.api), **serverless_graphs(endpoint)}
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs=graphs)
        self.output(
            **front.outputs,
            EndpointName=endpoint.endpoint_name,
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
        )
