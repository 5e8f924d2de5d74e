"""From an upload to an execution: events, a queue, and the function that works it off."""

from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from ml_constructs.ai_services.document_alarms import ADVICE
from ml_constructs.ai_services.document_functions import document_function, visibility_timeout
from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.metrics import depth
from ml_constructs.foundation.object_intake import ObjectIntake
from ml_constructs.foundation.queues import consume
from ml_constructs.operations import Alarms

OLD_SECONDS = 900


class DocumentIntake(ObjectIntake):
    """Queues every object that is created in a bucket, and keeps for a redrive what can't be processed.

    ``queue`` takes events of the bucket and messages of bulk runs. ``rejected`` is its dead-letter queue and takes refused and failed
    documents too. ``undelivered`` takes events that EventBridge could not put into ``queue``.

    Args:
        bucket: Sends its events to EventBridge.
        key: Encrypts the queues; EventBridge is allowed to use it.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.IBucket, key: kms.IKey) -> None:
        hidden = visibility_timeout("StartAnalysis")
        super().__init__(scope, construct_id, bucket=bucket, key=key, visibility_timeout=hidden, dead_letters_id="Rejected")
        self.rejected = self.dead_letters

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
        alarms.watch("IntakeAge", self.age, threshold=OLD_SECONDS, periods=3, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        return {"Queued, rejected and undelivered": self.queue_metrics, "Age of the oldest upload": [self.age]}
