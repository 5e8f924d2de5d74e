from typing import Any

import jsonata
import pytest

from ml_constructs.bedrock.sync_states import definition
from tests.stacks import asl

SOURCES = [{"name": "Documents", "id": "${Source1}"}, {"name": "Website", "id": "${Source2}"}]


def define(*sources: str) -> dict[str, Any]:
    return definition(sources or ("Documents",), poll_seconds=15, timeout_seconds=7200, report_seconds=100)


def evaluate(text: str, **variables: Any) -> Any:
    expression = jsonata.Jsonata.jsonata(text.removeprefix("{%").removesuffix("%}"))
    for name, value in variables.items():
        expression.assign(name, value)
    return expression.evaluate(None)


def taken_in(*sources: str, everything: bool) -> Any:
    """What a run takes in of its data sources."""
    states = define(*sources)["States"]
    return evaluate(states["IngestSources"]["Items"], everything=everything, sources=states["Acquire"]["Assign"]["sources"])


def assigned(name: str, *failed: int) -> Any:
    """A variable after data sources failed, of 5 requests of which 4 had been met before."""
    states = {"result": [{"failed": number} for number in failed]}
    return evaluate(define()["States"]["IngestSources"]["Assign"][name], states=states, requests="5", met="4")


def test_data_sources_are_taken_in_one_after_the_other_in_their_order() -> None:
    ingest = define("Documents", "Website")["States"]["IngestSources"]
    assert ingest["MaxConcurrency"] == 1
    assert taken_in("Documents", "Website", everything=True) == SOURCES


@pytest.mark.parametrize("names", [("Documents",), ("Documents", "Website")])
def test_after_uploads_it_is_their_data_source_alone(names: tuple[str, ...]) -> None:
    assert taken_in(*names, everything=False) == SOURCES[:1]


def test_a_single_data_source_is_all_of_them() -> None:
    assert taken_in("Documents", everything=True) == SOURCES[:1]


@pytest.mark.parametrize(("failed", "met"), [((0, 0), "5"), ((0, 1), "4")])
def test_requests_are_met_by_a_run_in_which_nothing_fails(failed: tuple[int, ...], met: str) -> None:
    assert assigned("met", *failed) == met


@pytest.mark.parametrize(("failed", "expected"), [((0,), 0), ((1,), 1), ((0, 0, 0), 0), ((1, 0, 1), 2)])
def test_failures_are_counted(failed: tuple[int, ...], expected: int) -> None:
    assert assigned("failures", *failed) == expected


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
