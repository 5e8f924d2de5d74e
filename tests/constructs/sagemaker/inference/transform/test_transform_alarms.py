import pytest

from ml_constructs.sagemaker.inference.transform.transform_alarms import TransformThresholds, transform_graphs
from tests.constructs.sagemaker.inference.transform.transform_scene import busy, scene


def test_what_jobs_take_in_a_day_is_told_beyond_the_plan() -> None:
    alarm = scene().alarm("InstanceHours")
    assert (alarm["MetricName"], alarm["Period"], alarm["Statistic"], alarm["Threshold"]) == ("InstanceHours", 86_400, "Sum", 24)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "report_transform"}]
    assert busy().alarm("InstanceHours")["Threshold"] == 7.5


def test_requests_that_wait_for_hours_are_told_and_short_waits_are_not() -> None:
    alarm = scene().alarm("NoFreeSlot")
    assert (alarm["MetricName"], alarm["EvaluationPeriods"], alarm["Period"]) == ("ConditionalCheckFailedRequests", 24, 300)
    assert alarm["Dimensions"] == [{"Name": "TableName", "Value": {"Ref": scene().logical_id(scene().store.runs)}}]


def test_every_bad_end_of_an_execution_is_told() -> None:
    metrics = {each["MetricStat"]["Metric"]["MetricName"] for each in scene().alarm("FailedExecutions")["Metrics"] if "MetricStat" in each}
    assert metrics == {"ExecutionsAborted", "ExecutionsFailed", "ExecutionsTimedOut"}


def test_ends_that_could_not_be_handled_are_told() -> None:
    alarm = scene().alarm("LostEnds")
    queue = scene().stack.resolve(scene().transform.closer.dead_letters.queue_name)
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": queue}]


def test_a_dashboard_shows_executions_ends_and_spending() -> None:
    graphs = {title: len(metrics) for title, metrics in transform_graphs(scene().transform, scene().store).items()}
    assert graphs == {
        "Executions": 4,
        "Duration of executions": 1,
        "Ends of transforms": 2,
        "Objects transformed": 1,
        "Instance hours": 1,
        "Waiting for a slot": 1,
    }


@pytest.mark.parametrize("value", [0, -1])
def test_thresholds_that_are_always_reached_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match=f"instance_hours_per_day must be above 0, got {value}"):
        TransformThresholds(instance_hours_per_day=value)
