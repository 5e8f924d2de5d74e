"""Serves many models, each of one tenant, on shared instances."""

from typing import Any

from constructs import Construct

from ml_constructs.foundation import SecureBucket
from ml_constructs.operations import Dashboard
from ml_constructs.sagemaker.inference.front.inference_alarms import watch_front
from ml_constructs.sagemaker.inference.front.inference_metrics import front_graphs
from ml_constructs.sagemaker.inference.models.artifacts import PrefixArtifact
from ml_constructs.sagemaker.inference.models.model import Model
from ml_constructs.sagemaker.inference.multi_model.multi_model_alarms import ROLLBACK, watch_multi_model
from ml_constructs.sagemaker.inference.multi_model.multi_model_endpoint import ARCHIVE, MultiModelEndpoint
from ml_constructs.sagemaker.inference.multi_model.multi_model_metrics import multi_model_graphs
from stacks.base import BlueprintStack, DeploymentContext
from stacks.multi_model_inference_settings import MultiModelInferenceSettings
from stacks.parts.inference_front import Handler, front_of

__all__ = ["MultiModelInferenceSettings", "MultiModelInferenceStack"]

MODELS = "models/"
"""What the container reads lies below this prefix of the bucket."""
TENANTS = "tenants/"
"""What tenants may ask for lies below this one, in a folder for each."""
PATH = "/models/{model}/predictions"


class MultiModelInferenceStack(BlueprintStack):
    """A bucket of models, an endpoint that loads them as they are asked, and the API by which each tenant asks its own."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: MultiModelInferenceSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        bucket = SecureBucket(self, "Models", key=self.key, access_logs=self.access_logs, removal_policy=self.removal_policy)
        endpoint = MultiModelEndpoint(
            self,
            "Endpoint",
            model=self._model(settings, bucket),
            hosting=settings.hosting.value(),
            scaling=settings.scaling.value(),
            defaults=self.defaults,
            targets=[f"{TENANTS}*/*{ARCHIVE}"],
            deployment=settings.deployment.value(),
        )
        handler = Handler(
            package="invoke_tenant_model",
            environment={"TARGET_PREFIX": TENANTS, "TENANT_CLAIM": settings.tenant_claim},
            path=PATH,
            claim=settings.tenant_claim,
        )
        front = front_of(self, endpoint, callers=settings.callers, requests=settings.requests, handler=handler)
        watch_front(self.alarms, service=front.service, api=front.api, thresholds=settings.alarms.requests.value())
        watched = watch_multi_model(self.alarms, endpoint=endpoint, service=front.service, thresholds=settings.alarms.endpoint.value())
        if settings.deployment.rollback:
            endpoint.roll_back_on(*(watched[name] for name in ROLLBACK))
        graphs = {**front_graphs(front.service, front.api), **multi_model_graphs(endpoint)}
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs=graphs)
        self.output(
            **front.outputs,
            EndpointName=endpoint.endpoint_name,
            ModelsBucketName=bucket.bucket_name,
            ModelsPrefix=f"{MODELS}{TENANTS}",
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
        )

    def _model(self, settings: MultiModelInferenceSettings, bucket: SecureBucket) -> Model:
        container = settings.models.container(self, PrefixArtifact(bucket, MODELS))
        return Model(self, "Model", containers=[container], network_isolation=settings.models.network_isolation, key=self.key)
