"""From a change of a document, or the time of day, to a message in a queue."""

import json

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.bedrock.sync_alarms import ADVICE
from ml_constructs.bedrock.sync_functions import TIMEOUT_SECONDS
from ml_constructs.bedrock.sync_options import SyncOptions
from ml_constructs.foundation import service_role
from ml_constructs.foundation.grants import allow_service, grant_messages
from ml_constructs.foundation.metrics import age, depth
from ml_constructs.foundation.queues import explain_last_resort, let_deliver
from ml_constructs.operations import Alarms

DELIVERIES = 5
KEEP = Duration.days(14)
LATE_SECONDS = 900
VISIBILITY_FACTOR = 6
SCHEDULED = json.dumps({"source": "blueprint.schedule"})


class SyncChanges(Construct):
    """Queues every object that is created in a bucket or deleted from it, and now and then a request to look through everything.

    ``queue`` has the changes; ``lost`` takes those that could not be handled or delivered.

    Args:
        bucket: Sends its events to EventBridge.
        key: Encrypts the queues; EventBridge is allowed to use it.
        options: How long changes are gathered, and how often a request comes.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html and
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, bucket: s3.IBucket, key: kms.IKey, options: SyncOptions) -> None:
        super().__init__(scope, construct_id)
        allow_service(key, "events.amazonaws.com", scope=self)
        self._gathered_seconds = options.debounce_seconds
        self.lost = sqs.Queue(self, "Lost", encryption_master_key=key, enforce_ssl=True, retention_period=KEEP)
        explain_last_resort(self.lost)
        self.queue = sqs.Queue(
            self,
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.lost, max_receive_count=DELIVERIES),
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEEP,
            visibility_timeout=Duration.seconds(VISIBILITY_FACTOR * TIMEOUT_SECONDS["RequestSync"] + self._gathered_seconds),
        )
        self.rule = self._rule(bucket)
        let_deliver(self.rule, self.queue, self.lost)
        self.schedule = self._schedule(options.schedule_hours) if options.schedule_hours else None

    def watch(self, alarms: Alarms) -> None:
        """Adds alarms on changes that were lost, and on a queue that isn't worked off."""
        alarms.watch("LostChanges", depth(self.lost), threshold=1, advice=ADVICE)
        alarms.watch("ChangesAge", age(self.queue), threshold=LATE_SECONDS + self._gathered_seconds, periods=3, advice=ADVICE)

    @property
    def graphs(self) -> dict[str, list[cw.IMetric]]:
        """What a dashboard shows of it."""
        return {"Queued and lost changes": [depth(self.queue), depth(self.lost)], "Age of the oldest change": [age(self.queue)]}

    def _rule(self, bucket: s3.IBucket) -> events.CfnRule:
        undelivered = events.CfnRule.DeadLetterConfigProperty(arn=self.lost.queue_arn)
        return events.CfnRule(
            self,
            "Changes",
            event_pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created", "Object Deleted"],
                "detail": {"bucket": {"name": [bucket.bucket_name]}},
            },
            targets=[events.CfnRule.TargetProperty(id="Queue", arn=self.queue.queue_arn, dead_letter_config=undelivered)],
        )

    def _schedule(self, hours: int) -> scheduler.CfnSchedule:
        # Scheduler names the group of a schedule as the source, not the schedule; this one is in the default group.
        group = Stack.of(self).format_arn(
            service="scheduler", resource="schedule-group", resource_name="default", arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        role = service_role(self, "ScheduleRole", service="scheduler.amazonaws.com", source_arn=group)
        for queue in (self.queue, self.lost):
            grant_messages(queue, role, "SendMessage")
        target = scheduler.CfnSchedule.TargetProperty(
            arn=self.queue.queue_arn,
            dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self.lost.queue_arn),
            input=SCHEDULED,
            role_arn=role.role_arn,
        )
        schedule = scheduler.CfnSchedule(
            self,
            "Schedule",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            schedule_expression=f"rate({hours} hour{'s' if hours > 1 else ''})",
            target=target,
        )
        schedule.node.add_dependency(role)
        return schedule
