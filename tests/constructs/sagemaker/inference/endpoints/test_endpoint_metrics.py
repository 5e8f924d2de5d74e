from typing import Any

import pytest

from ml_constructs.sagemaker.inference.endpoints import endpoint_metrics as metrics
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def used(expression: Any) -> dict[str, tuple[str, str]]:
    """The metrics of an expression, with their statistics, by the names that it gives them."""
    return {name: (metric.metric_name, metric.statistic) for name, metric in expression.using_metrics.items()}


def test_what_is_counted_is_summed_up(seen: Scene) -> None:
    metric = metrics.counted(seen.plain, "Invocation5XXErrors")
    assert (metric.namespace, metric.metric_name, metric.statistic, metric.period.to_seconds()) == (
        *("AWS/SageMaker", "Invocation5XXErrors", "Sum"),
        300,
    )


def test_the_slowest_answers_count(seen: Scene) -> None:
    metric = metrics.latency(seen.plain)
    assert (metric.metric_name, metric.statistic) == ("ModelLatency", "p99")


def test_the_share_of_refused_requests_counts_where_there_are_enough(seen: Scene) -> None:
    expression = metrics.client_error_percent(seen.plain)
    assert expression.expression == "IF(FILL(invocations, 0) >= 20, 100 * FILL(errors, 0) / invocations, 0)"
    assert used(expression) == {"invocations": ("Invocations", "Sum"), "errors": ("Invocation4XXErrors", "Sum")}


def test_instances_tell_what_they_use_in_a_namespace_of_their_own(seen: Scene) -> None:
    metric = metrics.utilization(seen.plain)
    assert (metric.namespace, metric.metric_name, metric.statistic) == ("/aws/sagemaker/Endpoints", "MemoryUtilization", "Maximum")


def test_the_number_of_instances_follows_from_requests_and_their_shares(seen: Scene) -> None:
    expression = metrics.instances(seen.plain)
    assert expression.expression == "requests / shares"
    assert used(expression) == {"requests": ("Invocations", "Sum"), "shares": ("InvocationsPerInstance", "Sum")}


def test_graphs_show_requests_times_instances_and_what_they_use(seen: Scene) -> None:
    graphs = metrics.endpoint_graphs(seen.plain)
    assert list(graphs) == ["Requests", "Time of the model (ms)", "Instances", "Utilization (%)"]
    assert [metric.expression for metric in graphs["Time of the model (ms)"]] == ["p50 / 1000", "p90 / 1000", "p99 / 1000"]  # type: ignore[attr-defined]
