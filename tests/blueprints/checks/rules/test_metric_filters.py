from typing import Any

from blueprints.checks.rules.metric_filters import MOST_AT_ONCE, check


def filters(count: int, *, serial: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number in range(count):
        found[f"Filter{number}"] = {"Type": "AWS::Logs::MetricFilter", "Properties": {}}
        if serial and number:
            found[f"Filter{number}"]["DependsOn"] = [f"Filter{number - 1}"]
    return {"Resources": found}


def test_finds_the_filters_beyond_those_that_are_taken_at_once() -> None:
    assert [finding.logical_id for finding in check(filters(MOST_AT_ONCE + 2, serial=False))] == ["Filter5", "Filter6"]


def test_accepts_as_many_as_are_taken_at_once() -> None:
    assert list(check(filters(MOST_AT_ONCE, serial=False))) == []


def test_accepts_any_number_one_after_the_other() -> None:
    assert list(check(filters(20, serial=True))) == []
