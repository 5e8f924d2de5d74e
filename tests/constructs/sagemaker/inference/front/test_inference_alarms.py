from typing import Any

import pytest

from ml_constructs.sagemaker.inference.front.inference_alarms import ADVICE, FrontThresholds
from tests.constructs.sagemaker.inference.front.front_scene import plain


def alarms() -> dict[str, Any]:
    return {each["AlarmDescription"]: each for each in plain().found("AWS::CloudWatch::Alarm")}


def alarm(name: str) -> Any:
    return alarms()[ADVICE[name]]


def metrics(alarm: Any) -> list[tuple[str, str, int]]:
    """Name, statistic and period of each metric of an alarm."""
    queries = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    if not queries:
        return [(alarm["MetricName"], alarm.get("Statistic") or alarm["ExtendedStatistic"], alarm["Period"])]
    return sorted((query["Metric"]["MetricName"], query["Stat"], query["Period"]) for query in queries)


def test_every_alarm_says_what_to_do() -> None:
    assert set(alarms()) == set(ADVICE.values())


def test_hours_without_requests_are_no_cause_for_alarm() -> None:
    assert {each["TreatMissingData"] for each in alarms().values()} == {"notBreaching"}


@pytest.mark.parametrize(
    ("name", "metric", "threshold", "periods"),
    [
        ("PredictionApiErrors", [("5XXError", "Sum", 300)], 1, 1),
        ("PredictionErrors", [("Errors", "Sum", 300)], 1, 1),
        ("PredictionLatency", [("Latency", "p95", 300)], 5000, 3),
        ("PredictionRefusals", [("ModelRefusals", "Sum", 3600), ("Predictions", "Sum", 3600)], 20, 1),
        ("PredictionsTurnedAway", [("NotReady", "Sum", 300), ("Throttles", "Sum", 300), ("Throttles", "Sum", 300)], 1, 3),
    ],
)
def test_each_watches_what_it_tells_of(name: str, metric: list[Any], threshold: float, periods: int) -> None:
    found = alarm(name)
    assert (metrics(found), found["Threshold"], found["EvaluationPeriods"]) == (metric, threshold, periods)


@pytest.mark.parametrize("name", ["latency_seconds", "refused_percent"])
def test_thresholds_that_are_always_reached_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        FrontThresholds(**{name: 0})
