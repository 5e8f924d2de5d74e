"""Alarms on what should not happen in an account."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_logs as logs
from constructs import Construct

from ml_constructs.operations.alarms import Alarms

PERIOD = Duration.minutes(5)
WATCHED = {
    "RootUse": (
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
        1,
        "The account's root user was used. Find out by whom; everyday work needs a role.",
    ),
    "AccessDenied": (
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        25,
        "Many calls were refused. Look for a role that lacks a permission, or for somebody trying doors.",
    ),
    "TrailChange": (
        "{ ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StopLogging) }",
        1,
        "A trail was changed, stopped or deleted. Unless a deployment did it, records are missing from here on.",
    ),
    "KeyLoss": (
        "{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }",
        1,
        "A key was disabled or is about to be deleted. Everything encrypted with it becomes unreadable; cancel the deletion if in doubt.",
    ),
}


class AuditAlarms(Construct):
    """Counts the events that an account's owner has to know of in the log of a trail, and raises alarms.

    Args:
        log_group: Where the trail writes.
        namespace: Of the metrics; unique in the account and region.
        alarms: Gets the alarms.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, log_group: logs.ILogGroup, namespace: str, alarms: Alarms) -> None:
        super().__init__(scope, construct_id)
        self.filters: dict[str, logs.MetricFilter] = {}
        for name, (pattern, threshold, description) in WATCHED.items():
            watch = logs.MetricFilter(
                self,
                name,
                log_group=log_group,
                filter_pattern=logs.FilterPattern.literal(pattern),
                metric_name=name,
                metric_namespace=namespace,
                metric_value="1",
            )
            self.filters[name] = watch
            metric = watch.metric(statistic="Sum", period=PERIOD)
            alarms.add(name, metric=metric, threshold=threshold, description=description, missing=cw.TreatMissingData.NOT_BREACHING)
