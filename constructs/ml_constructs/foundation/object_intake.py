"""From an upload to a message: events, and a queue that a function works off."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation.grants import allow_service
from ml_constructs.foundation.metrics import age, depth
from ml_constructs.foundation.queues import explain_last_resort, let_deliver

DELIVERIES = 5
KEEP = Duration.days(14)


class ObjectIntake(Construct):
    """Queues every object that is created in a bucket, and keeps for a redrive what can't be worked on.

    ``queue`` takes events of the bucket, ``dead_letters`` those that failed five times, ``undelivered`` those that EventBridge could not
    put into ``queue``.

    Args:
        bucket: Sends its events to EventBridge.
        key: Encrypts the queues; EventBridge is allowed to use it.
        visibility_timeout: For how long messages are hidden while they are worked on.
        prefix: Start of the keys of objects that are taken; all keys when left out.
        dead_letters_id: What the queue of events that failed is called.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        key: kms.IKey,
        visibility_timeout: Duration,
        prefix: str = "",
        dead_letters_id: str = "DeadLetters",
    ) -> None:
        super().__init__(scope, construct_id)
        allow_service(key, "events.amazonaws.com", scope=self)
        # Which queues may use it as theirs is left open: named there and named here, the two queues would wait for each other.
        self.dead_letters = sqs.Queue(self, dead_letters_id, encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        self.undelivered = sqs.Queue(self, "Undelivered", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=DELIVERIES),
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEEP,
            visibility_timeout=visibility_timeout,
        )
        self.rule = self._rule(bucket, prefix)
        let_deliver(self.rule, self.queue, self.undelivered)
        for queue in (self.dead_letters, self.undelivered):
            explain_last_resort(queue)

    @property
    def queue_metrics(self) -> list[cw.IMetric]:
        """How many messages wait in each of the queues."""
        return [depth(queue) for queue in (self.queue, self.dead_letters, self.undelivered)]

    @property
    def age(self) -> cw.Metric:
        """For how many seconds the oldest event has waited."""
        return age(self.queue)

    def _rule(self, bucket: s3.IBucket, prefix: str) -> events.CfnRule:
        detail: dict[str, Any] = {"bucket": {"name": [bucket.bucket_name]}}
        if prefix:
            detail["object"] = {"key": [{"prefix": prefix}]}
        undelivered = events.CfnRule.DeadLetterConfigProperty(arn=self.undelivered.queue_arn)
        return events.CfnRule(
            self,
            "Uploads",
            event_pattern={"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail},
            targets=[events.CfnRule.TargetProperty(id="Queue", arn=self.queue.queue_arn, dead_letter_config=undelivered)],
        )
