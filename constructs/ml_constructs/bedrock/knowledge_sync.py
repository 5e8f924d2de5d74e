"""Keeps a knowledge base in step with its documents."""

import json
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.bedrock.base_ids import KnowledgeBaseIds
from ml_constructs.bedrock.document_labels import let_write_labels, sends_events
from ml_constructs.bedrock.sync_alarms import ADVICE
from ml_constructs.bedrock.sync_changes import SyncChanges
from ml_constructs.bedrock.sync_closer import SyncCloser
from ml_constructs.bedrock.sync_functions import sync_function
from ml_constructs.bedrock.sync_options import SyncOptions
from ml_constructs.bedrock.sync_workflow import SyncWorkflow
from ml_constructs.foundation import HandlerDefaults, HandlerFunction, SecureBucket
from ml_constructs.foundation.grants import grant_items, grant_listing, grant_messages
from ml_constructs.foundation.metrics import MOMENT, counted, depth
from ml_constructs.foundation.queues import consume, explain_last_resort
from ml_constructs.foundation.tables import RecordTable
from ml_constructs.operations import Alarms

KEEP = Duration.days(14)
BATCH, GATHERED_BATCH = 10, 100
CONCURRENCY = 5
COUNTED = ("DocumentsIndexed", "DocumentsDeleted", "DocumentsFailed", "IngestionFailures")


class KnowledgeSync(Construct):
    """Has documents taken in when they change and now and then, one run at a time, and tells which could not be.

    ``changes`` gets events and requests, ``failed`` the documents and data sources that somebody has to look at.

    Args:
        knowledge_base: What is brought up to date.
        sources: Ids of its data sources by name, in the order in which they are taken in. The first reads ``bucket``, and alone is taken in
            after an upload; the others wait for the schedule, or the message ``{"source": "blueprint.again"}``.
        bucket: Where documents are uploaded; sends its events to EventBridge.
        options: When, how often and how long, and whether documents belong to tenants.
        defaults: The key, and what the functions share with others.

    Raises:
        ValueError: No data source, no key, or a bucket whose events nobody gets.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-data-source-sync-ingest.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        knowledge_base: KnowledgeBaseIds,
        sources: Mapping[str, str],
        bucket: SecureBucket,
        options: SyncOptions,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self._key = _checked(sources, bucket, defaults)
        self._defaults, self._bucket = defaults, bucket
        # Nothing lasting is in it: who has the knowledge base, and what was told.
        self.table = RecordTable(self, "Table", key=self._key, removal_policy=RemovalPolicy.DESTROY)
        self.failed = sqs.Queue(self, "FailedDocuments", encryption_master_key=self._key, enforce_ssl=True, retention_period=KEEP)
        explain_last_resort(self.failed)
        self.intake = SyncChanges(self, "Changes", bucket=bucket, key=self._key, options=options)
        self.changes = self.intake.queue
        report = self._report(knowledge_base)
        self.workflow = SyncWorkflow(
            self,
            "Workflow",
            knowledge_base=knowledge_base,
            sources=sources,
            report=report,
            table=self.table,
            changes=self.changes,
            options=options,
            defaults=defaults,
        )
        self.closer = SyncCloser(
            self, "Closer", workflow=self.workflow, key=self._key, table=self.table, changes=self.changes, defaults=defaults
        )
        self.functions = {"RequestSync": self._request(options), "ReportIngestion": report, "CloseSync": self.closer.function}

    def watch(self, alarms: Alarms) -> None:
        """Adds alarms on documents that were not taken in, on changes that were lost or wait, and on runs that ended badly."""
        alarms.watch("FailedDocuments", depth(self.failed), threshold=1, advice=ADVICE)
        for part in (self.intake, self.workflow, self.closer):
            part.watch(alarms)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        documents: list[cw.IMetric] = [counted(self, name, by="report_ingestion", period=MOMENT) for name in COUNTED]
        return {
            "Documents taken in": documents,
            "Failed documents to look at": [depth(self.failed)],
            **self.intake.graphs,
            **self.workflow.graphs,
        }

    def _request(self, options: SyncOptions) -> HandlerFunction:
        environment = {
            "FILE_TYPES": json.dumps(options.file_types),
            "STATE_MACHINE_ARN": self.workflow.machine.state_machine_arn,
            **({"TENANT_ATTRIBUTE": options.tenant_attribute} if options.tenant_attribute else {}),
        }
        function = self._function("RequestSync", **environment)
        start = iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.workflow.arn])
        function.execution_role.add_to_policy(start)
        if options.tenant_attribute:
            grant_listing(self._bucket, function.execution_role, "ListBucket")
            let_write_labels(self._bucket, function.execution_role)
        window = Duration.seconds(options.debounce_seconds) if options.debounce_seconds else None
        consume(self.changes, function, max_concurrency=CONCURRENCY, batch_size=GATHERED_BATCH if window else BATCH, window=window)
        return function

    def _report(self, knowledge_base: KnowledgeBaseIds) -> HandlerFunction:
        function = self._function("ReportIngestion", KNOWLEDGE_BASE_ID=knowledge_base.knowledge_base_id)
        actions = ["bedrock:GetIngestionJob", "bedrock:ListKnowledgeBaseDocuments"]
        function.execution_role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[knowledge_base.knowledge_base_arn]))
        grant_listing(self._bucket, function.execution_role, "ListBucket")
        return function

    def _function(self, name: str, **environment: str) -> HandlerFunction:
        """A function that tells problems."""
        places = {
            "DOCUMENTS_BUCKET": self._bucket.bucket_name,
            "FAILED_QUEUE_URL": self.failed.queue_url,
            "SYNC_TABLE": self.table.table_name,
        }
        function = sync_function(self, name, defaults=self._defaults, environment={**places, **environment})
        grant_items(self.table, function.execution_role, "GetItem", "UpdateItem")
        grant_messages(self.failed, function.execution_role, "SendMessage")
        return function


def _checked(sources: Mapping[str, str], bucket: SecureBucket, defaults: HandlerDefaults) -> kms.IKey:
    if not sources:
        raise ValueError("sources must have a data source at least, got none")
    if not sends_events(bucket):
        raise ValueError("bucket must send its events to EventBridge (event_bridge=True), got one that does not")
    if defaults.key is None:
        raise ValueError("defaults must have a key, because the table and the queues are encrypted with it, got None")
    return defaults.key
