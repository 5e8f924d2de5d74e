from typing import Any

import pytest

from ml_constructs.bedrock.answer_alarms import ADVICE, AnswerThresholds
from tests.constructs.bedrock.answer_scene import everything

DAY, HOUR = 86_400, 3600


def metrics(alarm: Any) -> list[Any]:
    """The metrics of an alarm, whose one or many there are."""
    queries = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return queries or [{"Metric": alarm, "Period": alarm["Period"], "Stat": alarm["Statistic"]}]


def names(alarm: Any) -> set[str]:
    return {query["Metric"]["MetricName"] for query in metrics(alarm)}


def periods(alarm: Any) -> set[int]:
    return {query["Period"] for query in metrics(alarm)}


def test_every_alarm_says_what_to_do() -> None:
    alarms = {alarm.node.id: everything().properties(alarm) for alarm in everything().alarms.alarms}
    assert {name: alarm["AlarmDescription"] for name, alarm in alarms.items()} == ADVICE


def test_hours_without_questions_are_no_cause_for_alarm() -> None:
    assert {everything().properties(alarm)["TreatMissingData"] for alarm in everything().alarms.alarms} == {"notBreaching"}


@pytest.mark.parametrize(
    ("name", "metric", "threshold"),
    [
        ("AnswerApiErrors", "5XXError", 1),
        ("AnswerErrors", "Errors", 1),
        ("AnswerThrottles", "Throttles", 1),
        ("ModelRefusals", "InvocationClientErrors", 1),
    ],
)
def test_what_should_never_be_raises_an_alarm_at_once(name: str, metric: str, threshold: int) -> None:
    alarm = everything().alarm(name)
    assert names(alarm) == {metric}
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (threshold, 1)


@pytest.mark.parametrize(
    ("name", "metric", "threshold"), [("AnswerLatency", "Latency", 20_000), ("ModelThrottles", "InvocationThrottles", 1)]
)
def test_what_passes_raises_an_alarm_after_a_quarter_of_an_hour(name: str, metric: str, threshold: int) -> None:
    alarm = everything().alarm(name)
    assert names(alarm) == {metric}
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], periods(alarm)) == (threshold, 3, {300})


def test_the_slowest_answers_count_and_not_their_mean() -> None:
    assert [query["Stat"] for query in metrics(everything().alarm("AnswerLatency"))] == ["p95"]


@pytest.mark.parametrize(
    ("name", "metric", "threshold"),
    [
        ("Blocked", {"Blocked"}, 20),
        ("GuardrailInterventions", {"InvocationsIntervened"}, 100),
        ("NoPassages", {"Answers", "NoPassages"}, 50),
    ],
)
def test_outcomes_are_looked_at_by_the_hour(name: str, metric: set[str], threshold: int) -> None:
    alarm = everything().alarm(name)
    assert (names(alarm), alarm["Threshold"], periods(alarm)) == (metric, threshold, {HOUR})


def test_tokens_are_looked_at_by_the_day() -> None:
    alarm = everything().alarm("TokensPerDay")
    assert names(alarm) == {"InputTokenCount", "OutputTokenCount"}
    assert (alarm["Threshold"], periods(alarm)) == (5_000_000, {DAY})


@pytest.mark.parametrize("name", ["latency_seconds", "tokens_per_day", "blocked_per_hour", "interventions_per_hour", "no_passages_percent"])
def test_thresholds_that_are_always_reached_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be above 0, got 0"):
        AnswerThresholds(**{name: 0})
