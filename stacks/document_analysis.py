"""Reads documents that arrive in a bucket."""

from typing import Annotated, Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct
from pydantic import Field, StringConstraints, model_validator

from ml_constructs.ai_services.analysis_steps import AnalysisSteps
from ml_constructs.ai_services.analysis_workflow import AnalysisWorkflow
from ml_constructs.ai_services.bulk_run import BulkRun
from ml_constructs.ai_services.document_intake import DocumentIntake
from ml_constructs.ai_services.document_options import DocumentOptions, Query, Review
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.ai_services.execution_closer import ExecutionCloser
from ml_constructs.ai_services.human_review import HumanReview
from ml_constructs.ai_services.textract_jobs import TextractJobs
from ml_constructs.operations import Dashboard
from stacks.base import BlueprintSettings, BlueprintStack, DeploymentContext
from stacks.settings.models import BucketName, KeyArn, SettingsModel

Feature = Literal["text", "forms", "tables", "queries", "layout", "signatures", "expense", "identity", "lending"]
TextFeature = Literal["entities", "key_phrases", "pii"]
Language = Literal["auto", "en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"]
QueryText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[ -~\s]+$")]
Pages = Annotated[str, StringConstraints(pattern=r"^(\*|[1-9][0-9]{0,3}(-([1-9][0-9]{0,3}|\*))?)$")]

MEGABYTE = 1_000_000
JOB_HOURS = 2
PII_LANGUAGES = ("auto", "en", "es")
SPARE_DAYS = 7


class QuerySettings(SettingsModel):
    """A question to ask of every document."""

    text: QueryText
    """The question, in ASCII."""
    alias: QueryText | None = None
    """Name of the answer in results; left out, the question itself."""
    pages: Annotated[tuple[Pages, ...], Field(max_length=20)] = ()
    """Pages to look at, such as `1`, `2-4`, `5-*` or `*`; left out, the first one."""


class ReviewSettings(SettingsModel):
    """People check the fields that Textract was unsure of."""

    enabled: bool = False
    """Whether documents wait for people."""
    confidence_percent: Annotated[float, Field(gt=0, le=100)] = 80
    """Fields below it are checked."""
    timeout_hours: Annotated[int, Field(ge=1, le=8760)] = 72
    """How long a document waits."""
    on_timeout: Literal["accept", "reject", "fail"] = "reject"
    """What happens then: store the fields as they are, store the document as rejected, or fail."""


class ExistingBucket(SettingsModel):
    """A bucket whose documents a bulk run may work through."""

    name: BucketName
    """Its name."""
    key_arn: KeyArn | None = None
    """The customer-managed key that its objects are encrypted with, if there is one; the key's policy must allow this account."""


class AlarmSettings(SettingsModel):
    """When alarms are raised."""

    pages_per_day: Annotated[int, Field(ge=1, le=100_000_000)] = 10_000
    """More pages in a day than this raise an alarm; each page is billed."""


class DocumentAnalysisSettings(BlueprintSettings):
    """Settings of document analysis."""

    features: Annotated[tuple[Feature, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True})] = ("text", "forms", "tables")
    """What Textract looks for; each is billed by the page."""
    queries: Annotated[tuple[QuerySettings, ...], Field(max_length=15)] = ()
    """What Textract is asked, when features has queries."""
    text_features: Annotated[tuple[TextFeature, ...], Field(json_schema_extra={"uniqueItems": True})] = ("entities", "key_phrases", "pii")
    """What Comprehend looks for in the text; pii also stores the text without personal data. None leaves Comprehend out."""
    language: Language = "auto"
    """The language of the documents; auto finds it out for each."""
    max_pages: Annotated[int, Field(ge=1, le=3000)] = 3000
    """Longer documents are refused."""
    max_megabytes: Annotated[int, Field(ge=1, le=500)] = 500
    """Larger files are refused, before anything is billed."""
    max_concurrent_documents: Annotated[int, Field(ge=1, le=1000)] = 10
    """Documents that are analysed at once; others wait. Textract's quotas of the account and region limit it."""
    execution_timeout_hours: Annotated[int, Field(ge=3, le=8760)] = 168
    """How long a document may take, waiting for its turn and for reviews included; then it counts as failed."""
    retention_days: Annotated[int, Field(ge=0, le=3653)] = 365
    """How long documents, results and what is known of them are kept; 0 keeps them."""
    review: ReviewSettings = ReviewSettings()
    """How people check doubtful fields."""
    existing_buckets: Annotated[tuple[ExistingBucket, ...], Field(max_length=20)] = ()
    """Buckets beside that of the deployment whose documents a bulk run may work through."""
    alarms: AlarmSettings = AlarmSettings()
    """When alarms are raised."""

    @property
    def required_endpoints(self) -> tuple[str, ...]:
        """The services that the functions call."""
        return (*(("comprehend",) if self.text_features else ()), "sqs", "states", "textract")

    @property
    def private_endpoints(self) -> tuple[str, ...]:
        """The one that reviewers call."""
        return ("execute-api",) if self.review.enabled else ()

    @property
    def options(self) -> DocumentOptions:
        """The part of the settings that decides what is found."""
        return DocumentOptions(
            features=self.features,
            queries=tuple(Query(**query.model_dump()) for query in self.queries),
            text_features=self.text_features,
            language=self.language,
            max_pages=self.max_pages,
            max_bytes=self.max_megabytes * MEGABYTE,
            review=Review(**self.review.model_dump(exclude={"enabled"})) if self.review.enabled else None,
        )

    @model_validator(mode="after")
    def _entries_once(self) -> "DocumentAnalysisSettings":
        buckets = [bucket.name for bucket in self.existing_buckets]
        for name, entries in {"features": self.features, "text_features": self.text_features, "existing_buckets": buckets}.items():
            if twice := sorted({entry for entry in entries if list(entries).count(entry) > 1}):
                raise ValueError(f"{name} must name each entry once, got {', '.join(twice)} more than once")
        return self

    @model_validator(mode="after")
    def _queries_with_their_feature(self) -> "DocumentAnalysisSettings":
        if self.queries and "queries" not in self.features:
            raise ValueError(f"queries must be left out unless features has 'queries', got {len(self.queries)} of them")
        if "queries" in self.features and not self.queries:
            raise ValueError("queries must have from 1 to 15 entries when features has 'queries', got none")
        return self

    @model_validator(mode="after")
    def _language_of_personal_data(self) -> "DocumentAnalysisSettings":
        if "pii" in self.text_features and self.language not in PII_LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(PII_LANGUAGES)} when text_features has 'pii', got {self.language}")
        return self

    @model_validator(mode="after")
    def _time_enough(self) -> "DocumentAnalysisSettings":
        needed = self.review.timeout_hours + JOB_HOURS
        if self.review.enabled and self.execution_timeout_hours < needed:
            given = f"{self.execution_timeout_hours} with review.timeout_hours {self.review.timeout_hours}"
            raise ValueError(f"execution_timeout_hours must be at least {needed}, {JOB_HOURS} more than review.timeout_hours, got {given}")
        if 0 < self.retention_days * 24 < self.execution_timeout_hours:
            given = f"{self.retention_days} with execution_timeout_hours {self.execution_timeout_hours}"
            raise ValueError(f"retention_days must be 0, or as long as execution_timeout_hours at least, got {given}")
        return self


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
