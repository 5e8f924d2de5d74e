"""Serves a model that answers while the caller waits, on instances."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from ml_constructs.foundation import SecureBucket
from ml_constructs.operations import Dashboard
from ml_constructs.sagemaker.inference.deployments.shadow import ShadowVariant
from ml_constructs.sagemaker.inference.endpoints.data_capture import DataCapture
from ml_constructs.sagemaker.inference.endpoints.endpoint_alarms import ROLLBACK, watch_endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_metrics import endpoint_graphs
from ml_constructs.sagemaker.inference.endpoints.real_time_endpoint import RealTimeEndpoint
from ml_constructs.sagemaker.inference.front.inference_alarms import watch_front
from ml_constructs.sagemaker.inference.front.inference_metrics import front_graphs
from stacks.base import BlueprintStack, DeploymentContext
from stacks.parts.inference_front import front_of
from stacks.parts.models import model_of
from stacks.real_time_inference_settings import SAMPLES, RealTimeInferenceSettings, ShadowSettings
from stacks.settings.inference import DataCaptureSettings

__all__ = ["RealTimeInferenceSettings", "RealTimeInferenceStack"]


class RealTimeInferenceStack(BlueprintStack):
    """A model, an endpoint on instances that serves it, and the API by which it is asked."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: RealTimeInferenceSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        captured = self._captured(settings.data_capture)
        scaling = settings.scaling.value()
        endpoint = RealTimeEndpoint(
            self,
            "Endpoint",
            model=model_of(self, settings.model, samples=SAMPLES, placed=settings.model_in_network),
            hosting=settings.hosting.value(),
            scaling=scaling,
            defaults=self.defaults,
            data_capture=captured,
            deployment=settings.deployment.value(),
            shadow=self._shadow(settings.shadow, placed=settings.model_in_network) if settings.shadow else None,
        )
        front = front_of(self, endpoint, callers=settings.callers, requests=settings.requests)
        watch_front(self.alarms, service=front.service, api=front.api, thresholds=settings.alarms.requests.value())
        watched = watch_endpoint(self.alarms, endpoint=endpoint, thresholds=settings.alarms.endpoint.value(), scaling=scaling)
        if settings.deployment.rollback:
            endpoint.roll_back_on(*(watched[name] for name in ROLLBACK))
        graphs = {**front_graphs(front.service, front.api), **endpoint_graphs(endpoint)}
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs=graphs)
        self.output(
            **front.outputs,
            EndpointName=endpoint.endpoint_name,
            CapturedBucketName=captured.bucket.bucket_name if captured else None,
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
        )

    def _shadow(self, settings: ShadowSettings, *, placed: bool) -> ShadowVariant:
        model = model_of(self, settings.model, samples=SAMPLES, placed=placed, construct_id="Shadow")
        return ShadowVariant(model=model, hosting=settings.hosting.value(), instances=settings.instances)

    def _captured(self, settings: DataCaptureSettings) -> DataCapture | None:
        if not settings.enabled:
            return None
        expiry = cdk.aws_s3.LifecycleRule(expiration=cdk.Duration.days(settings.retention_days))
        bucket = SecureBucket(
            self, "Captured", key=self.key, access_logs=self.access_logs, lifecycle=[expiry], removal_policy=self.removal_policy
        )
        return settings.value(bucket)
