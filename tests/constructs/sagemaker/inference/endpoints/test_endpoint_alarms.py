from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cw

from ml_constructs.foundation import DataKey
from ml_constructs.operations import Alarms
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.endpoints.endpoint_alarms import ADVICE, EndpointThresholds, watch_endpoint
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def properties(seen: Scene, name: str) -> Any:
    (alarm,) = [alarm for alarm in seen.alarms.alarms if alarm.node.id == name]
    return seen.properties(alarm)


def metrics(alarm: Any) -> list[Any]:
    """The metrics of an alarm, whose one or many there are."""
    queries = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return queries or [{"Metric": alarm, "Period": alarm["Period"]}]


def names(alarm: Any) -> set[str]:
    return {metric["Metric"]["MetricName"] for metric in metrics(alarm)}


def watched(seen: Scene, scaling: Scaling | None, **thresholds: Any) -> dict[str, cw.Alarm]:
    stack = cdk.Stack(cdk.App(), "Stack")
    alarms = Alarms(stack, "Alarms", key=DataKey(stack, "Key"))
    return dict(watch_endpoint(alarms, endpoint=seen.plain, thresholds=EndpointThresholds(**thresholds), scaling=scaling))


def test_every_alarm_says_what_to_do(seen: Scene) -> None:
    assert {alarm.node.id: seen.properties(alarm)["AlarmDescription"] for alarm in seen.alarms.alarms} == ADVICE


def test_times_without_requests_are_no_cause_for_alarm(seen: Scene) -> None:
    assert {seen.properties(alarm)["TreatMissingData"] for alarm in seen.alarms.alarms} == {"notBreaching"}


@pytest.mark.parametrize(
    ("name", "used", "threshold", "periods"),
    [
        ("EndpointErrors", {"Invocation5XXErrors"}, 1, 1),
        ("EndpointLatency", {"ModelLatency"}, 1_000_000, 3),
        ("EndpointClientErrors", {"Invocations", "Invocation4XXErrors"}, 10, 1),
        ("EndpointMemory", {"MemoryUtilization"}, 90, 3),
        ("EndpointAtMaximum", {"Invocations", "InvocationsPerInstance"}, 8.5, 6),
        ("EndpointSpend", {"Invocations", "InvocationsPerInstance"}, 6, 6),
    ],
)
def test_each_looks_at_its_metric_for_a_while(seen: Scene, name: str, used: set[str], threshold: float, periods: int) -> None:
    alarm = properties(seen, name)
    assert (names(alarm), alarm["Threshold"], alarm["EvaluationPeriods"]) == (used, threshold, periods)


def test_milliseconds_are_compared_with_microseconds(seen: Scene) -> None:
    assert seen.stack.resolve(watched(seen, None, latency_ms=250)["EndpointLatency"].node.default_child.threshold) == 250_000  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["EndpointErrors", "EndpointLatency"])
def test_what_ends_an_update_is_looked_at_by_the_minute(seen: Scene, name: str) -> None:
    assert [metric["Period"] for metric in metrics(properties(seen, name))] == [60]


def test_more_instances_than_planned_are_more_and_not_as_many(seen: Scene) -> None:
    assert properties(seen, "EndpointSpend")["ComparisonOperator"] == "GreaterThanThreshold"


def test_the_plan_may_be_another(seen: Scene) -> None:
    alarm: Any = watched(seen, Scaling(target=1), planned_instances=2.5)["EndpointSpend"].node.default_child
    assert alarm.threshold == 2.5


@pytest.mark.parametrize("scaling", [None, Scaling(target=1, min_instances=2, max_instances=2)])
def test_a_number_of_instances_that_stays_as_it_is_raises_no_alarm(seen: Scene, scaling: Scaling | None) -> None:
    assert set(watched(seen, scaling)) == set(ADVICE) - {"EndpointAtMaximum", "EndpointSpend"}


@pytest.mark.parametrize("name", ["errors_per_minute", "latency_ms", "client_error_percent", "memory_percent", "planned_instances"])
def test_thresholds_that_are_always_reached_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        EndpointThresholds(**{name: 0})
