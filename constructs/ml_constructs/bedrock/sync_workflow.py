"""The state machine that takes changed documents in."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.bedrock import run_states
from ml_constructs.bedrock.base_ids import KnowledgeBaseIds
from ml_constructs.bedrock.sync_alarms import ADVICE
from ml_constructs.bedrock.sync_functions import MARGIN_SECONDS, TIMEOUT_SECONDS
from ml_constructs.bedrock.sync_options import SyncOptions
from ml_constructs.bedrock.sync_states import definition
from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import READ, grant_key, grant_messages
from ml_constructs.foundation.metrics import bad_ends
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms


class SyncWorkflow(Workflow):
    """Runs an ingestion job for the data source of uploads, or for each in turn if that was asked for; one run has the knowledge base.

    Args:
        knowledge_base: What is brought up to date.
        sources: Ids of its data sources by name, first that of the uploads.
        report: The function that tells what came of a job.
        table: Says which run has the knowledge base.
        changes: Gets a message when changes came too late for a run.
        options: How long a run may take, and how often it looks at a job.
        defaults: The key, and how long logs are kept.

    See https://docs.aws.amazon.com/bedrock/latest/userguide/kb-data-source-sync-ingest.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        knowledge_base: KnowledgeBaseIds,
        sources: Mapping[str, str],
        report: HandlerFunction,
        table: dynamodb.ITable,
        changes: sqs.IQueue,
        options: SyncOptions,
        defaults: HandlerDefaults,
    ) -> None:
        states = definition(
            tuple(sources),
            poll_seconds=options.poll_seconds,
            timeout_seconds=options.timeout_seconds,
            report_seconds=TIMEOUT_SECONDS["ReportIngestion"] + MARGIN_SECONDS,
        )
        substitutions = {
            "ChangesQueue": changes.queue_url,
            "KnowledgeBase": knowledge_base.knowledge_base_id,
            "ReportIngestion": report.function_arn,
            "SyncTable": table.table_name,
            **{f"Source{number}": source_id for number, source_id in enumerate(sources.values(), 1)},
        }
        super().__init__(scope, construct_id, definition=states, substitutions=substitutions, defaults=defaults)
        self._allow("lambda:InvokeFunction", on=report.function_arn)
        self._allow("bedrock:GetIngestionJob", "bedrock:StartIngestionJob", on=knowledge_base.knowledge_base_arn)
        only_runs = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [run_states.KEY]}}
        self._allow("dynamodb:UpdateItem", on=table.table_arn, conditions=only_runs)
        grant_key(table.encryption_key, self.role, READ, service="dynamodb")
        grant_messages(changes, self.role, "SendMessage")

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on runs that ended badly."""
        alarms.watch("FailedSyncs", bad_ends(self.machine), threshold=1, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        machine = self.machine
        runs: list[cw.IMetric] = [machine.metric_started(), machine.metric_succeeded(), machine.metric_failed(), machine.metric_timed_out()]
        return {"Runs": runs, "Duration of runs": [machine.metric_time()]}

    def _allow(self, *actions: str, on: str, conditions: Mapping[str, Any] | None = None) -> None:
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[on], conditions=conditions))
