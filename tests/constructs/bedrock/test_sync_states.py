from typing import Any

import jsonata
import pytest

from ml_constructs.bedrock.sync_states import definition
from tests.stacks import asl


def define(*sources: str) -> dict[str, Any]:
    return definition(sources or ("Documents",), poll_seconds=15, timeout_seconds=7200, report_seconds=100)


def failures(*failed: int) -> Any:
    text = define()["States"]["IngestSources"]["Assign"]["failures"]
    expression = jsonata.Jsonata.jsonata(text.removeprefix("{%").removesuffix("%}"))
    expression.assign("states", {"result": [{"failed": number} for number in failed]})
    return expression.evaluate(None)


def test_data_sources_are_taken_in_one_after_the_other_in_their_order() -> None:
    ingest = define("Documents", "Website")["States"]["IngestSources"]
    assert ingest["MaxConcurrency"] == 1
    assert ingest["Items"] == [{"name": "Documents", "id": "${Source1}"}, {"name": "Website", "id": "${Source2}"}]


@pytest.mark.parametrize(("failed", "expected"), [((0,), 0), ((1,), 1), ((0, 0, 0), 0), ((1, 0, 1), 2)])
def test_failures_are_counted(failed: tuple[int, ...], expected: int) -> None:
    assert failures(*failed) == expected


def test_the_knowledge_base_is_left_before_a_run_fails() -> None:
    states = define()["States"]
    assert states["IngestSources"]["Next"] == "Release"
    assert [caught["Next"] for caught in states["IngestSources"]["Catch"]] == ["Release"]
    assert states["Outcome"]["Choices"] == [{"Condition": "{% $failures > 0 %}", "Next": "Failed"}]
    assert states["Outcome"]["Default"] == "Synced"


def test_bad_ends_are_told_apart() -> None:
    ends = [state["Error"] for state in define()["States"].values() if state["Type"] == "Fail"]
    assert sorted(ends) == ["IngestionFailed", "SyncNotReleased", "SyncNotStarted"]


def test_a_run_takes_no_longer_than_it_may() -> None:
    assert define()["TimeoutSeconds"] == 7200


def test_the_machine_is_sound() -> None:
    found = define("Documents", "Website")
    assert asl.unreachable(found) == set()
    assert asl.careless_tasks(found) == {}
    assert asl.choices_without_default(found) == []
    assert asl.unassigned(found) == set()
    assert asl.broken_expressions(found) == []
