"""Bad ends of executions, handed to a function that cleans up."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation.grants import allow_service
from ml_constructs.foundation.queues import explain_last_resort
from ml_constructs.foundation.workflow import Workflow

ENDS = ("ABORTED", "FAILED", "TIMED_OUT")
KEEP = Duration.days(14)


class ExecutionEnds(Construct):
    """Tells a function of the executions that were stopped, ran out of time or failed.

    ``dead_letters`` takes the ends that could not be handled: those that EventBridge could not deliver, and, as the dead-letter queue of
    its ``HandlerDefaults``, those that the function failed on.

    Args:
        key: Encrypts the queue; EventBridge is allowed to use it.

    See https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        allow_service(key, "events.amazonaws.com", scope=self)
        self.dead_letters = sqs.Queue(self, "DeadLetters", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        explain_last_resort(self.dead_letters)

    def deliver(self, workflow: Workflow, function: lambda_.Function) -> events.CfnRule:
        """Has the bad ends of the executions of ``workflow`` delivered to ``function``."""
        target = events.CfnRule.TargetProperty(
            id=function.node.id,
            arn=function.function_arn,
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
        )
        pattern = {
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
            "detail": {"stateMachineArn": [workflow.arn], "status": list(ENDS)},
        }
        rule = events.CfnRule(self, "Ends", event_pattern=pattern, targets=[target])
        self._allow(rule, function)
        return rule

    def _allow(self, rule: events.CfnRule, function: lambda_.Function) -> None:
        events_service = iam.ServicePrincipal("events.amazonaws.com")
        function.add_permission("Rule", principal=events_service, source_arn=rule.attr_arn)
        self.dead_letters.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[events_service],
                actions=["sqs:SendMessage"],
                resources=[self.dead_letters.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
            )
        )
