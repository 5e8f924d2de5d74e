"""Cleans up after executions that could not do so themselves."""

from dataclasses import replace

from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.ai_services.document_options import DocumentOptions
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.ai_services.rejections import recording_function
from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.execution_ends import ExecutionEnds
from ml_constructs.foundation.grants import grant_items
from ml_constructs.foundation.metrics import depth
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms


class ExecutionCloser(ExecutionEnds):
    """Frees the slot of an execution that was stopped, ran out of time or failed, and records its document unless that was done.

    Args:
        workflow: Whose executions are watched.
        options: Whether there are reviews to close.
        store: The tables.
        rejected: Gets the events of the documents.
        defaults: What the function shares with others.

    See https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workflow: Workflow,
        options: DocumentOptions,
        store: DocumentStore,
        rejected: sqs.IQueue,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id, key=store.key)
        self.function = recording_function(
            self,
            "CloseExecution",
            store=store,
            options=options,
            rejected=rejected,
            defaults=replace(defaults, dead_letters=self.dead_letters),
            environment={"JOBS_TABLE": store.jobs.table_name},
        )
        grant_items(store.jobs, self.function.execution_role, "UpdateItem")
        workflow.grant_read(self.function.execution_role)
        self.rule = self.deliver(workflow, self.function)

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on ends that could not be handled."""
        alarms.watch("LostEnds", depth(self.dead_letters), threshold=1, advice=ADVICE)
