"""From an upload to an execution: events, a queue, and the function that works it off."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.ai_services.document_functions import document_function, visibility_timeout
from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.grants import allow_service
from ml_constructs.foundation.metrics import age, depth
from ml_constructs.foundation.queues import consume, explain_last_resort, let_deliver
from ml_constructs.operations import Alarms

DELIVERIES = 5
KEEP = Duration.days(14)
OLD_SECONDS = 900


class DocumentIntake(Construct):
    """Queues every object that is created in a bucket, and keeps for a redrive what can't be processed.

    ``queue`` takes events of the bucket and messages of bulk runs. ``rejected`` is its dead-letter queue and takes refused and failed
    documents too. ``undelivered`` takes events that EventBridge could not put into ``queue``.

    Args:
        bucket: Sends its events to EventBridge.
        key: Encrypts the queues; EventBridge is allowed to use it.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.IBucket, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        allow_service(key, "events.amazonaws.com", scope=self)
        # Which queues may use it as theirs is left open: named there and named here, the two queues would wait for each other.
        self.rejected = sqs.Queue(self, "Rejected", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        self.undelivered = sqs.Queue(self, "Undelivered", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.rejected, max_receive_count=DELIVERIES),
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEEP,
            visibility_timeout=visibility_timeout("StartAnalysis"),
        )
        self.rule = events.CfnRule(
            self,
            "Uploads",
            event_pattern={"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [bucket.bucket_name]}}},
            targets=[
                events.CfnRule.TargetProperty(
                    id="Queue",
                    arn=self.queue.queue_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.undelivered.queue_arn),
                )
            ],
        )
        let_deliver(self.rule, self.queue, self.undelivered)
        for queue in (self.rejected, self.undelivered):
            explain_last_resort(queue)

    def start(self, machine: sfn.IStateMachine, *, defaults: HandlerDefaults, max_concurrency: int = 5) -> HandlerFunction:
        """Has an execution of ``machine`` started for each message.

        Args:
            machine: Gets the document, the attempt and the event.
            defaults: What the function shares with others.
            max_concurrency: Batches worked on at once, 2 to 1,000.
        """
        environment = {"STATE_MACHINE_ARN": machine.state_machine_arn}
        function = document_function(self, "StartAnalysis", defaults=defaults, environment=environment)
        machine.grant_start_execution(function.execution_role)
        consume(self.queue, function, max_concurrency=max_concurrency)
        return function

    def watch(self, alarms: Alarms) -> None:
        """Adds alarms on rejected documents, on events that were not delivered, and on a queue that isn't worked off."""
        alarms.watch("RejectedDocuments", depth(self.rejected), threshold=1, advice=ADVICE)
        alarms.watch("UndeliveredEvents", depth(self.undelivered), threshold=1, advice=ADVICE)
        alarms.watch("IntakeAge", age(self.queue), threshold=OLD_SECONDS, periods=3, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        depths = (self.queue, self.rejected, self.undelivered)
        return {
            "Queued, rejected and undelivered": [depth(queue) for queue in depths],
            "Age of the oldest upload": [age(self.queue)],
        }
