import pytest

from ml_constructs.sagemaker.inference.asynchronous.async_alarms import AsyncThresholds, async_graphs
from tests.constructs.sagemaker.inference.asynchronous.async_scene import Scene, scene, steady


def expressions(of: Scene, name: str) -> list[str]:
    return [metric["Expression"] for metric in of.alarm(name)["Metrics"] if "Expression" in metric]


def test_the_oldest_request_may_wait_for_an_hour() -> None:
    alarm = scene().alarm("BacklogAge")
    assert (alarm["MetricName"], alarm["Threshold"], alarm["Statistic"]) == ("ApproximateAgeOfOldestRequest", 3600, "Maximum")
    assert [dimension["Name"] for dimension in alarm["Dimensions"]] == ["EndpointName"]


def test_half_an_hour_without_an_instance_is_too_long() -> None:
    alarm = scene().alarm("NoCapacity")
    assert (alarm["MetricName"], alarm["EvaluationPeriods"], alarm["Period"]) == ("HasBacklogWithoutCapacity", 6, 300)


def test_half_an_hour_at_the_maximum_with_a_backlog_is_too_long() -> None:
    expected = "IF(FILL(told, 0) * 60 >= 600 AND FILL(backlog, 0) > 3.000000, 1, 0)"
    assert expressions(scene(), "EndpointSaturated") == [expected]
    assert scene().alarm("EndpointSaturated")["EvaluationPeriods"] == 6


def test_instances_that_tell_of_themselves_more_often_are_not_more_instances() -> None:
    assert "FILL(told, 0) * 10 >= 600" in expressions(steady(), "EndpointSaturated")[0]
    assert expressions(steady(), "InstanceHours") == ["FILL(told, 0) * 10 / 3600"]


def test_hours_of_instances_are_counted_by_the_day() -> None:
    alarm = scene().alarm("InstanceHours")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (24, "GreaterThanThreshold")
    (told,) = (metric["MetricStat"] for metric in alarm["Metrics"] if "MetricStat" in metric)
    assert (told["Metric"]["Namespace"], told["Metric"]["MetricName"]) == ("/aws/sagemaker/Endpoints", "CPUUtilization")
    assert (told["Stat"], told["Period"]) == ("SampleCount", 86_400)


def test_instances_that_are_always_there_are_planned_for() -> None:
    assert steady().alarm("InstanceHours")["Threshold"] == 48


def test_only_metrics_that_asynchronous_endpoints_have_are_shown() -> None:
    absent = {"Invocations", "InvocationsPerInstance", "OverheadLatency"}
    names = {getattr(metric, "metric_name", "") for metrics in async_graphs(scene().endpoint).values() for metric in metrics}
    assert names & absent == set()
    assert "InvocationFailures" in names


@pytest.mark.parametrize("name", ["backlog_age_minutes", "instance_hours_per_day"])
def test_thresholds_that_are_always_reached_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        AsyncThresholds(**{name: 0})
