from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.ai_services.analysis_states import definition
from ml_constructs.ai_services.document_options import Review
from tests.stacks import asl

REVIEW = Review(confidence_percent=80, timeout_hours=4, on_timeout="accept")


def states(*, enrich: bool = True, review: Review | None = REVIEW) -> dict[str, Any]:
    return dict(define(enrich=enrich, review=review)["States"])


def define(*, enrich: bool = True, review: Review | None = REVIEW) -> dict[str, Any]:
    return definition(concurrency=3, timeout=cdk.Duration.hours(9), enrich=enrich, review=review)


def path(found: dict[str, Any], start: str) -> list[str]:
    """The states from ``start`` on as long as nothing goes wrong and nothing is chosen."""
    names = [start]
    while "Next" in found[names[-1]]:
        names.append(found[names[-1]]["Next"])
    return names


def test_a_document_is_analysed_holding_a_slot() -> None:
    assert path(states(), "AcquireSlot") == ["AcquireSlot", "Analyze", "ReleaseSlot", "AssembleDocument", "EnrichText", "NeedsReview"]


@pytest.mark.parametrize(
    ("enrich", "review", "expected"),
    [
        (False, None, ["AssembleDocument", "StoreResult", "Stored"]),
        (True, None, ["AssembleDocument", "EnrichText", "StoreResult", "Stored"]),
        (False, REVIEW, ["AssembleDocument", "NeedsReview"]),
    ],
)
def test_steps_that_are_not_asked_for_are_left_out(enrich: bool, review: Review | None, expected: list[str]) -> None:
    found = states(enrich=enrich, review=review)
    assert path(found, "AssembleDocument") == expected
    assert ("EnrichText" in found, "RequestReview" in found) == (enrich, review is not None)


def test_a_refused_document_is_recorded_and_a_known_one_stored_without_an_analysis() -> None:
    verdict = states()["Verdict"]
    assert [(choice["Condition"], choice["Next"]) for choice in verdict["Choices"]] == [
        ("{% $inspection.verdict = 'refused' %}", "RecordRejection"),
        ("{% $inspection.verdict = 'cached' %}", "StoreResult"),
    ]
    assert verdict["Choices"][0]["Assign"] == {"status": "REFUSED", "reason": "{% $inspection.reason %}"}
    assert verdict["Default"] == "AcquireSlot"


def test_every_failure_gives_the_slot_back_and_is_recorded() -> None:
    found = states()
    for name in (
        "InspectDocument",
        "AcquireSlot",
        "Analyze",
        "ReleaseSlot",
        "AssembleDocument",
        "EnrichText",
        "RequestReview",
        "StoreResult",
    ):
        assert found[name]["Catch"][-1]["Next"] == "AbandonSlot", name
    assert path(found, "AbandonSlot") == ["AbandonSlot", "RecordRejection", "Outcome"]
    assert found["AbandonSlot"]["Catch"][0]["Next"] == "RecordRejection"


def test_a_refusal_ends_well_and_a_failure_visibly() -> None:
    found = states()
    assert found["Outcome"]["Default"] == "Failed"
    assert found["Refused"]["Type"] == "Succeed"
    assert (found["Failed"]["Type"], found["Failed"]["Error"]) == ("Fail", "DocumentFailed")
    assert found[found["RecordRejection"]["Catch"][0]["Next"]]["Type"] == "Fail"


def test_only_doubtful_documents_wait_for_people() -> None:
    choice = states()["NeedsReview"]
    assert choice["Choices"] == [{"Condition": "{% $assembly.low_confidence > 0 %}", "Next": "RequestReview"}]
    assert choice["Default"] == "StoreResult"


@pytest.mark.parametrize(("outcome", "then"), [("accept", "StoreResult"), ("reject", "StoreResult"), ("fail", "AbandonSlot")])
def test_a_review_that_nobody_decides_ends_as_chosen(outcome: Any, then: str) -> None:
    request = states(review=Review(confidence_percent=80, timeout_hours=4, on_timeout=outcome))["RequestReview"]
    first = next(way for way in request["Catch"] if {"States.Timeout", "States.ALL"} & set(way["ErrorEquals"]))
    assert request["TimeoutSeconds"] == 4 * 3600
    assert first["Next"] == then
    assert outcome == "fail" or first["Assign"] == {"review": {"outcome": "timed_out"}}


def test_an_execution_has_a_time_limit() -> None:
    assert define()["TimeoutSeconds"] == 9 * 3600


@pytest.mark.parametrize("enrich", [True, False])
@pytest.mark.parametrize("review", [None, REVIEW])
def test_the_definition_is_sound(enrich: bool, review: Review | None) -> None:
    found = define(enrich=enrich, review=review)
    assert asl.unreachable(found) == set()
    assert asl.careless_tasks(found) == {}
    assert asl.choices_without_default(found) == []
    assert asl.unassigned(found) == set()
    assert asl.broken_expressions(found) == []
