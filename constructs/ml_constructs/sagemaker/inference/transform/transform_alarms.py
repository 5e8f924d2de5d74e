"""What is watched of batch transform, and what there is to see of it."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation.metrics import MOMENT, bad_ends, counted
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.transform.batch_transform import BatchTransform
from ml_constructs.sagemaker.inference.transform.transform_advice import ADVICE
from ml_constructs.sagemaker.inference.transform.transform_store import TransformStore

DAY = Duration.days(1)
REPORTER = "report_transform"
TWO_HOURS = 24
"""In periods of metrics."""


@dataclass(frozen=True, kw_only=True)
class TransformThresholds:
    """When something counts as wrong.

    Args:
        instance_hours_per_day: That jobs take in 24 hours, all together.

    Raises:
        ValueError: A threshold that is always reached.
    """

    instance_hours_per_day: float = 24

    def __post_init__(self) -> None:
        if self.instance_hours_per_day <= 0:
            raise ValueError(f"instance_hours_per_day must be above 0, got {self.instance_hours_per_day}")


def waiting(store: TransformStore) -> cw.Metric:
    """How often executions asked for a slot in vain."""
    return store.runs.metric("ConditionalCheckFailedRequests", statistic="Sum", period=MOMENT)


def watch_transform(alarms: Alarms, *, transform: BatchTransform, store: TransformStore, thresholds: TransformThresholds) -> None:
    """Adds alarms on executions that ended badly, ends that were lost, requests that wait for their turn, and what is spent.

    Args:
        alarms: Gets the alarms.
        transform: Is watched.
        store: Says which transforms run.
        thresholds: When something counts as wrong.
    """
    spent = counted(transform, "InstanceHours", by=REPORTER, period=DAY)
    alarms.watch("FailedExecutions", bad_ends(transform.workflow.machine), threshold=1, advice=ADVICE)
    alarms.watch("NoFreeSlot", waiting(store), threshold=1, periods=TWO_HOURS, advice=ADVICE)
    alarms.watch("InstanceHours", spent, threshold=thresholds.instance_hours_per_day, advice=ADVICE)
    transform.closer.watch(alarms)


def transform_graphs(transform: BatchTransform, store: TransformStore) -> dict[str, list[cw.IMetric]]:
    """What a dashboard shows of it."""
    machine = transform.workflow.machine

    def told(*names: str) -> list[cw.IMetric]:
        return [counted(transform, name, by=REPORTER, period=MOMENT) for name in names]

    return {
        "Executions": [machine.metric_started(), machine.metric_succeeded(), machine.metric_failed(), machine.metric_timed_out()],
        "Duration of executions": [machine.metric_time()],
        "Ends of transforms": told("TransformsSucceeded", "TransformsFailed"),
        "Objects transformed": told("ObjectsTransformed"),
        "Instance hours": told("InstanceHours"),
        "Waiting for a slot": [waiting(store)],
    }
