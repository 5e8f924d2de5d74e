"""Cleans up after executions that could not do so themselves."""

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.ai_services.document_alarms import watch_for
from ml_constructs.ai_services.document_functions import explain_last_resort
from ml_constructs.ai_services.document_metrics import depth
from ml_constructs.ai_services.document_options import DocumentOptions
from ml_constructs.ai_services.document_store import DocumentStore
from ml_constructs.ai_services.rejections import recording_function
from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.grants import allow_service, grant_items
from ml_constructs.foundation.workflow import Workflow
from ml_constructs.operations import Alarms

ENDS = ("ABORTED", "FAILED", "TIMED_OUT")
KEEP = Duration.days(14)


class ExecutionCloser(Construct):
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
        super().__init__(scope, construct_id)
        allow_service(store.key, "events.amazonaws.com", scope=self)
        self.dead_letters = sqs.Queue(self, "DeadLetters", encryption_master_key=store.key, enforce_ssl=True, retention_period=KEEP)
        explain_last_resort(self.dead_letters)
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
        self.rule = self._rule(workflow)
        self._allow_rule()

    def watch(self, alarms: Alarms) -> None:
        """Adds an alarm on ends that could not be handled."""
        watch_for(alarms, "LostEnds", depth(self.dead_letters), threshold=1)

    def _rule(self, workflow: Workflow) -> events.CfnRule:
        return events.CfnRule(
            self,
            "Ends",
            event_pattern={
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {"stateMachineArn": [workflow.arn], "status": list(ENDS)},
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="CloseExecution",
                    arn=self.function.function_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
                )
            ],
        )

    def _allow_rule(self) -> None:
        events_service = iam.ServicePrincipal("events.amazonaws.com")
        self.function.add_permission("Rule", principal=events_service, source_arn=self.rule.attr_arn)
        self.dead_letters.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[events_service],
                actions=["sqs:SendMessage"],
                resources=[self.dead_letters.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": self.rule.attr_arn}},
            )
        )
