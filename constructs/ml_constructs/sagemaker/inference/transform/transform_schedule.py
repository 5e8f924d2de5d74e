"""Requests that come every day at the same time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from ml_constructs.foundation import service_role
from ml_constructs.foundation.checks import check_range, check_text
from ml_constructs.foundation.grants import grant_messages

SOURCE, DETAIL_TYPE = "blueprint.schedule", "Prefix Due"
MOMENT = "<aws.scheduler.scheduled-time>"
PREFIX = r"([A-Za-z0-9!_.*'(){}-]+/)+"
A_PREFIX = "names of safe characters, each followed by a slash; {date} stands for the day"


@dataclass(frozen=True, kw_only=True)
class DailyPrefix:
    """A prefix whose objects are transformed every day.

    Args:
        prefix: Start of the keys; ``{date}`` in it stands for the day, such as 2026-11-30.
        hour: 0 to 23.
        minute: 0 to 59.
        time_zone: By its name in the IANA's database.

    Raises:
        ValueError: What is no prefix or no time.
    """

    prefix: str
    hour: int
    minute: int = 0
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        check_text("prefix", self.prefix, PREFIX, A_PREFIX)
        check_range("hour", self.hour, 0, 23)
        check_range("minute", self.minute, 0, 59)


class TransformSchedule(Construct):
    """Puts a request into a queue for each of some prefixes, every day; a time that is told twice is worked off once.

    Args:
        prefixes: Which, and when.
        queue: Gets the requests.
        undelivered: Gets those that could not be put there.

    See https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based and
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, prefixes: Sequence[DailyPrefix], queue: sqs.Queue, undelivered: sqs.Queue
    ) -> None:
        super().__init__(scope, construct_id)
        # Scheduler names the group of a schedule as the source, not the schedule; these are in the default group.
        group = Stack.of(self).format_arn(
            service="scheduler", resource="schedule-group", resource_name="default", arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        self.role = service_role(self, "Role", service="scheduler.amazonaws.com", source_arn=group)
        for each in (queue, undelivered):
            grant_messages(each, self.role, "SendMessage")
        self.schedules = [self._schedule(f"Daily{number}", each, queue, undelivered) for number, each in enumerate(prefixes, 1)]

    def _schedule(self, construct_id: str, daily: DailyPrefix, queue: sqs.Queue, undelivered: sqs.Queue) -> scheduler.CfnSchedule:
        event = {"source": SOURCE, "detail-type": DETAIL_TYPE, "detail": {"prefix": daily.prefix, "time": MOMENT}}
        target = scheduler.CfnSchedule.TargetProperty(
            arn=queue.queue_arn,
            dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=undelivered.queue_arn),
            input=json.dumps(event),
            role_arn=self.role.role_arn,
        )
        schedule = scheduler.CfnSchedule(
            self,
            construct_id,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            schedule_expression=f"cron({daily.minute} {daily.hour} * * ? *)",
            schedule_expression_timezone=daily.time_zone,
            target=target,
        )
        schedule.node.add_dependency(self.role)
        return schedule
