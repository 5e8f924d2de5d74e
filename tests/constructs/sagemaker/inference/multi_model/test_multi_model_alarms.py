from pathlib import Path
from typing import Any

import pytest

from ml_constructs.sagemaker.inference.endpoints import endpoint_alarms
from ml_constructs.sagemaker.inference.multi_model.multi_model_alarms import ADVICE, MISSING, ROLLBACK, MultiModelThresholds
from tests.constructs.sagemaker.inference.multi_model.multi_model_scene import scene


def alarm(name: str) -> Any:
    return scene().properties(scene().watched[name])


def metrics(found: Any) -> list[tuple[str, str, int]]:
    """Name, statistic and period of each metric of an alarm."""
    queries = [query["MetricStat"] for query in found.get("Metrics", []) if "MetricStat" in query]
    if not queries:
        return [(found["MetricName"], found.get("Statistic") or found["ExtendedStatistic"], found["Period"])]
    return sorted((query["Metric"]["MetricName"], query["Stat"], query["Period"]) for query in queries)


def test_what_any_endpoint_is_watched_for_is_watched_too() -> None:
    assert set(scene().watched) == {*ADVICE, *endpoint_alarms.ADVICE}


def test_every_alarm_says_what_to_do() -> None:
    advice = ADVICE | endpoint_alarms.ADVICE
    assert {name: alarm(name)["AlarmDescription"] for name in scene().watched} == advice


@pytest.mark.parametrize(
    ("name", "metric", "threshold", "periods"),
    [
        ("ModelReloads", [("ModelCacheHit", "SampleCount", 300), ("ModelCacheHit", "Sum", 300)], 30, 6),
        ("ModelLoading", [("ModelLoadingWaitTime", "Maximum", 300)], 20_000_000, 3),
        ("MissingModels", [("MissingModels", "Sum", 3600)], 50, 1),
        ("EndpointMemory", [("MemoryUtilization", "Maximum", 300)], 95, 3),
    ],
)
def test_each_watches_what_it_tells_of(name: str, metric: list[Any], threshold: float, periods: int) -> None:
    found = alarm(name)
    assert (metrics(found), found["Threshold"], found["EvaluationPeriods"]) == (metric, threshold, periods)
    assert found["TreatMissingData"] == "notBreaching"


def test_missing_models_are_watched_where_the_function_counts_them() -> None:
    assert {"Name": "service", "Value": "invoke_tenant_model"} in alarm("MissingModels")["Dimensions"]
    handler = Path(__file__).parents[5] / "lambda" / "invoke_tenant_model" / "handler.py"
    assert f'count("{MISSING}")' in handler.read_text(encoding="utf-8")


def test_new_instances_that_have_yet_to_load_models_do_not_end_an_update() -> None:
    assert ROLLBACK == ("EndpointErrors",)


@pytest.mark.parametrize("name", ["miss_percent", "loading_seconds", "missing_per_hour", "memory_percent"])
def test_thresholds_that_are_always_reached_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        MultiModelThresholds(**{name: 0})
