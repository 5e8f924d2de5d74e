from typing import Any

import pytest

from ml_constructs.sagemaker.inference.endpoints import endpoint_alarms
from ml_constructs.sagemaker.inference.endpoints.serverless_alarms import ADVICE, ServerlessThresholds, gb_seconds, serverless_graphs
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene
from tests.constructs.sagemaker.inference.endpoints.test_endpoint_alarms import names

ALL = {**{name: endpoint_alarms.ADVICE[name] for name in ("EndpointErrors", "EndpointLatency", "EndpointClientErrors")}, **ADVICE}


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def properties(seen: Scene, name: str) -> Any:
    (alarm,) = [alarm for alarm in seen.serverless_alarms.alarms if alarm.node.id == name]
    return seen.properties(alarm)


def test_every_alarm_says_what_to_do(seen: Scene) -> None:
    assert {alarm.node.id: seen.properties(alarm)["AlarmDescription"] for alarm in seen.serverless_alarms.alarms} == ALL


@pytest.mark.parametrize(
    ("name", "metric", "threshold", "periods"),
    [
        ("EndpointConcurrency", "ServerlessConcurrentExecutionsUtilization", 0.9, 3),
        ("EndpointMemory", "MemoryUtilization", 90, 3),
        ("EndpointSpend", "ModelLatency", 50_000, 1),
        ("EndpointStarts", "OverheadLatency", 30_000_000, 3),
    ],
)
def test_each_looks_at_its_metric_for_a_while(seen: Scene, name: str, metric: str, threshold: float, periods: int) -> None:
    alarm = properties(seen, name)
    assert (names(alarm), alarm["Threshold"], alarm["EvaluationPeriods"]) == ({metric}, threshold, periods)


def test_work_is_memory_by_time(seen: Scene) -> None:
    assert gb_seconds(seen.warm).expression == "worked * 4 / 1000000"


def test_graphs_show_requests_times_concurrency_and_work(seen: Scene) -> None:
    assert list(serverless_graphs(seen.warm)) == ["Requests", "Time of the model (ms)", "Concurrency (share of the most)", "Memory by time"]


@pytest.mark.parametrize("name", ["concurrency_percent", "overhead_seconds", "gb_seconds_per_day", "latency_ms"])
def test_thresholds_that_are_always_reached_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        ServerlessThresholds(**{name: 0})
