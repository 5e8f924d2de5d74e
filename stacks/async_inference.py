"""Serves a model to callers who don't wait: uploads are worked off by the queue."""

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from ml_constructs.operations import Dashboard
from ml_constructs.sagemaker.inference.asynchronous.async_alarms import async_graphs, watch_async
from ml_constructs.sagemaker.inference.asynchronous.async_endpoint import AsyncEndpoint
from ml_constructs.sagemaker.inference.asynchronous.async_intake import InferenceIntake
from ml_constructs.sagemaker.inference.asynchronous.async_notices import InferenceNotices
from ml_constructs.sagemaker.inference.asynchronous.async_outcomes import InferenceOutcomes
from ml_constructs.sagemaker.inference.asynchronous.async_places import AsyncPlaces
from ml_constructs.sagemaker.inference.asynchronous.async_store import InferenceStore
from stacks.async_inference_settings import SAMPLES, AsyncInferenceSettings
from stacks.base import BlueprintStack, DeploymentContext
from stacks.parts.models import model_of

__all__ = ["AsyncInferenceSettings", "AsyncInferenceStack"]


class AsyncInferenceStack(BlueprintStack):
    """Buckets for inputs and answers, an asynchronous endpoint, and an index that says what became of each input."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: AsyncInferenceSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        requests, defaults = settings.requests.value(), self.defaults
        store = self._store(settings)
        notices = InferenceNotices(self, "Notices", key=self.key)
        endpoint = AsyncEndpoint(
            self,
            "Endpoint",
            model=model_of(self, settings.model, samples=SAMPLES, placed=settings.model_in_network),
            hosting=settings.hosting.value(),
            scaling=settings.scaling.value(),
            places=AsyncPlaces(inputs=store.inputs, results=store.results, prefix=requests.prefix),
            notices=notices,
            defaults=defaults,
            concurrency=settings.requests.concurrency_per_instance,
        )
        intake = InferenceIntake(self, "Intake", store=store, requests=requests, key=self.key)
        intake.start(endpoint, defaults=defaults)
        outcomes = InferenceOutcomes(
            self, "Outcomes", notices=notices, store=store, requests=requests, failed=intake.failed, defaults=defaults
        )
        watch_async(self.alarms, endpoint=endpoint, thresholds=settings.alarms.value())
        intake.watch(self.alarms)
        outcomes.watch(self.alarms)
        graphs = {**async_graphs(endpoint), **intake.graphs, **outcomes.graphs}
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs=graphs)
        self.output(
            InputsBucketName=store.inputs.bucket_name,
            ResultsBucketName=store.results.bucket_name,
            IndexTableName=store.index.table_name,
            IntakeQueueUrl=intake.queue.queue_url,
            FailedQueueUrl=intake.failed.queue_url,
            RejectedQueueUrl=intake.rejected.queue_url,
            SuccessTopicArn=notices.success.topic_arn,
            ErrorTopicArn=notices.error.topic_arn,
            EndpointName=endpoint.endpoint_name,
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
        )

    def _store(self, settings: AsyncInferenceSettings) -> InferenceStore:
        retention = cdk.Duration.days(settings.retention_days) if settings.retention_days else None
        return InferenceStore(
            self, "Store", key=self.key, access_logs=self.access_logs, retention=retention, removal_policy=self.removal_policy
        )
