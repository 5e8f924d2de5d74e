"""Reads documents that arrive in a bucket."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ml_constructs.ai_services.analysis_steps import AnalysisSteps
from ml_constructs.ai_services.analysis_workflow import AnalysisWorkflow
from ml_constructs.ai_services.bulk_run import BulkRun
from ml_constructs.ai_services.document_intake import DocumentIntake
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.ai_services.execution_closer import ExecutionCloser
from ml_constructs.ai_services.human_review import HumanReview
from ml_constructs.ai_services.textract_jobs import TextractJobs
from ml_constructs.operations import Dashboard
from stacks.base import BlueprintStack, DeploymentContext
from stacks.document_analysis_settings import DocumentAnalysisSettings

__all__ = ["DocumentAnalysisSettings", "DocumentAnalysisStack"]

SPARE_DAYS = 7


class DocumentAnalysisStack(BlueprintStack):
    """Intake, Textract's jobs, the steps and reviews of a document, the workflow through them, and runs over whole buckets."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: DocumentAnalysisSettings, context: DeploymentContext, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, settings=settings, context=context, **kwargs)
        options, defaults = settings.options, self.defaults
        store = self._store(settings)
        sources = [store.documents, *self._existing_buckets(settings)]
        intake = DocumentIntake(self, "Intake", bucket=store.documents, key=self.key)
        jobs = TextractJobs(self, "Jobs", options=options, store=store, sources=sources, defaults=defaults)
        steps = AnalysisSteps(self, "Steps", options=options, store=store, sources=sources, rejected=intake.rejected, defaults=defaults)
        review = self._review(settings, store)
        workflow = AnalysisWorkflow(
            self,
            "Workflow",
            functions={**steps.functions, **jobs.functions, **(review.functions if review else {})},
            options=options,
            store=store,
            max_concurrency=settings.max_concurrent_documents,
            timeout=cdk.Duration.hours(settings.execution_timeout_hours),
            defaults=defaults,
        )
        closer = ExecutionCloser(
            self, "Closer", workflow=workflow, options=options, store=store, rejected=intake.rejected, defaults=defaults
        )
        bulk = BulkRun(self, "Bulk", sources=sources, queue=intake.queue, results=store.results, defaults=defaults)
        intake.start(workflow.machine, defaults=defaults)
        jobs.answer(workflow)
        steps.watch(self.alarms, pages_per_day=settings.alarms.pages_per_day)
        for part in (intake, workflow, jobs, closer, bulk):
            part.watch(self.alarms)
        graphs = {**steps.graphs, **workflow.graphs, **intake.graphs}
        if review:
            review.answer(workflow)
            review.watch(self.alarms, timeout=cdk.Duration.hours(settings.review.timeout_hours))
            graphs |= review.graphs
        dashboard = Dashboard(self, "Dashboard", alarms=self.alarms, graphs=graphs)
        self.output(
            DocumentsBucketName=store.documents.bucket_name,
            ResultsBucketName=store.results.bucket_name,
            IndexTableName=store.index.table_name,
            IntakeQueueUrl=intake.queue.queue_url,
            RejectedQueueUrl=intake.rejected.queue_url,
            StateMachineArn=workflow.machine.state_machine_arn,
            BulkStateMachineArn=bulk.machine.state_machine_arn,
            DashboardName=dashboard.dashboard.dashboard_name,
            AlarmTopicArn=self.alarms.topic.topic_arn,
            **({"ReviewQueueUrl": review.queue.queue_url, "ReviewApiUrl": review.api.api.url} if review else {}),
        )

    def _store(self, settings: DocumentAnalysisSettings) -> DocumentStore:
        days = -(-settings.execution_timeout_hours // 24)
        return DocumentStore(
            self,
            "Store",
            key=self.key,
            access_logs=self.access_logs,
            work_retention=cdk.Duration.days(days + SPARE_DAYS),
            retention=cdk.Duration.days(settings.retention_days) if settings.retention_days else None,
            removal_policy=self.removal_policy,
        )

    def _existing_buckets(self, settings: DocumentAnalysisSettings) -> list[s3.IBucket]:
        return [
            s3.Bucket.from_bucket_attributes(
                self,
                f"Existing{number}",
                bucket_name=bucket.name,
                encryption_key=kms.Key.from_key_arn(self, f"ExistingKey{number}", bucket.key_arn) if bucket.key_arn else None,
            )
            for number, bucket in enumerate(settings.existing_buckets, 1)
        ]

    def _review(self, settings: DocumentAnalysisSettings, store: DocumentStore) -> HumanReview | None:
        if not settings.review.enabled:
            return None
        endpoint = self.network.endpoints["execute-api"] if self.network else None
        return HumanReview(self, "Review", store=store, defaults=self.defaults, endpoint=endpoint)
