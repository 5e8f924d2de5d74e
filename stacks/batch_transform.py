"""Has a model work through data in batches: what a manifest, a request file or the time of day asks for."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from ml_constructs.operations import Dashboard
from ml_constructs.sagemaker.inference.transform.batch_transform import BatchTransform
from ml_constructs.sagemaker.inference.transform.transform_alarms import transform_graphs, watch_transform
from ml_constructs.sagemaker.inference.transform.transform_intake import TransformIntake
from ml_constructs.sagemaker.inference.transform.transform_places import TransformPlaces
from ml_constructs.sagemaker.inference.transform.transform_store import TransformStore
from stacks.base import PROJECT, BlueprintStack, DeploymentContext
from stacks.batch_transform_settings import DATA, SAMPLES, BatchTransformSettings
from stacks.parts.models import model_of

__all__ = ["BatchTransformSettings", "BatchTransformStack"]


class BatchTransformStack(BlueprintStack):
    """Buckets for requests, data and results, a state machine that runs transform jobs, and an index of what came of them."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: BatchTransformSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        store = self._store(settings)
        places = TransformPlaces(inputs=store.inputs, results=store.results, data=DATA)
        intake = TransformIntake(self, "Intake", store=store, places=places)
        transform = BatchTransform(
            self,
            "Transform",
            model=model_of(self, settings.model, samples=SAMPLES, placed=settings.model_in_network),
            store=store,
            places=places,
            options=settings.options(),
            failed=intake.failed,
            defaults=self.defaults,
            tags=self._job_tags(settings, context),
        )
        intake.start(transform, daily=[each.value() for each in settings.daily], defaults=self.defaults)
        watch_transform(self.alarms, transform=transform, store=store, thresholds=settings.alarms.value())
        intake.watch(self.alarms)
        graphs = {**intake.graphs, **transform_graphs(transform, store)}
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs=graphs)
        self.output(
            InputsBucketName=store.inputs.bucket_name,
            ResultsBucketName=store.results.bucket_name,
            IndexTableName=store.index.table_name,
            IntakeQueueUrl=intake.queue.queue_url,
            FailedQueueUrl=intake.failed.queue_url,
            RejectedQueueUrl=intake.rejected.queue_url,
            SuccessTopicArn=store.success.topic_arn,
            ErrorTopicArn=store.error.topic_arn,
            StateMachineArn=transform.workflow.machine.state_machine_arn,
            ModelName=transform.model.model_name,
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
        )

    def _store(self, settings: BatchTransformSettings) -> TransformStore:
        retention = cdk.Duration.days(settings.retention_days) if settings.retention_days else None
        return TransformStore(
            self, "Store", key=self.key, access_logs=self.access_logs, retention=retention, removal_policy=self.removal_policy
        )

    def _job_tags(self, settings: BatchTransformSettings, context: DeploymentContext) -> Mapping[str, str]:
        """CloudFormation tags what it makes; jobs are made by the state machine."""
        own = {"project": PROJECT, "blueprint": context.blueprint, "deployment": self.node.id}
        return {**own, **context.tags, **settings.tags}
