"""Cleans up after runs that could not do so themselves."""

from dataclasses import replace

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.bedrock.sync_alarms import ADVICE
from ml_constructs.bedrock.sync_functions import sync_function
from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.execution_ends import ExecutionEnds
from ml_constructs.foundation.grants import grant_items, grant_messages
from ml_constructs.foundation.metrics import depth
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms


class SyncCloser(ExecutionEnds):
    """Frees the knowledge base of a run that was stopped, ran out of time or failed, and has left-over changes taken by another.

    Args:
        workflow: Whose runs are watched.
        key: Encrypts the queue of ends that could not be handled.
        table: Says which run has the knowledge base.
        changes: Gets a message when there are changes that no run has taken.
        defaults: What the function shares with others.

    See https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workflow: Workflow,
        key: kms.IKey,
        table: dynamodb.ITable,
        changes: sqs.IQueue,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id, key=key)
        environment = {"CHANGES_QUEUE_URL": changes.queue_url, "SYNC_TABLE": table.table_name}
        defaults = replace(defaults, dead_letters=self.dead_letters)
        self.function = sync_function(self, "CloseSync", defaults=defaults, environment=environment)
        grant_items(table, self.function.execution_role, "GetItem", "UpdateItem")
        grant_messages(changes, self.function.execution_role, "SendMessage")
        self.rule = self.deliver(workflow, self.function)

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on ends that could not be handled."""
        alarms.watch("LostSyncEnds", depth(self.dead_letters), threshold=1, advice=ADVICE)
