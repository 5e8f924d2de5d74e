from typing import Any

import pytest

from blueprints.evaluating import runner
from blueprints.evaluating.metrics import Passage
from blueprints.evaluating.questions import Question
from blueprints.evaluating.runner import observe, observed
from blueprints.evaluating.targets import Target
from blueprints.trying.answers import Reply

LEAVE = Question(question="How many?", tenant="acme", documents=("leave.md",))
LUNCH = Question(question="What does lunch cost?", answerable=False)
BODY: dict[str, Any] = {
    "outcome": "answered",
    "answer": "27 [1]",
    "citations": [{"source": "s3://b/tenants/t/leave.md"}, {"source": "s3://b/tenants/t/leave.md"}],
    "passages": [{"source": "https://example.com/a", "score": None}, {"source": "s3://b/tenants/t/leave.md", "score": 0.5}],
    "cached": True,
}


def test_documents_are_told_by_the_names_that_the_questions_have_for_them() -> None:
    found = observed(LEAVE, Reply(200, BODY, 0.2), "tenants/t/")
    assert found.cited == ("leave.md",)
    assert found.passages == (Passage("https://example.com/a"), Passage("leave.md", 0.5))
    assert (found.outcome, found.answer, found.seconds, found.cached, found.error) == ("answered", "27 [1]", 0.2, True, None)


def test_a_response_without_details_is_an_observation_too() -> None:
    found = observed(LEAVE, Reply(200, {"outcome": "no_passages", "answer": None}, 0.1))
    assert (found.outcome, found.answer, found.cited, found.passages, found.cached) == ("no_passages", "", (), (), False)


@pytest.mark.parametrize(("body", "error"), [({"message": "no"}, "HTTP 503: no"), ({}, "HTTP 503: ")])
def test_a_refusal_of_the_api_is_an_error(body: dict[str, Any], error: str) -> None:
    found = observed(LEAVE, Reply(503, body, 0.1))
    assert (found.outcome, found.error) == ("error", error)


def target(*statuses: int) -> tuple[Target, list[tuple[str, str | None]]]:
    asked: list[tuple[str, str | None]] = []
    waiting = list(statuses)

    def ask(question: str, tenant: str | None) -> Reply:
        asked.append((question, tenant))
        return Reply(waiting.pop(0) if waiting else 200, BODY, 0.2)

    return Target("one", ask, "FIXED_SIZE", 7), asked


def test_questions_are_asked_one_after_the_other_as_their_tenants() -> None:
    told: list[int] = []
    one, asked = target()
    found = observe(one, [LEAVE, LUNCH], tell=told.append)
    assert asked == [("How many?", "acme"), ("What does lunch cost?", None)]
    assert [observation.question for observation in found] == [LEAVE, LUNCH]
    assert told == [1, 2]


def test_a_throttled_question_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(runner.time, "sleep", waits.append)
    one, asked = target(429, 429)
    (found,) = observe(one, [LEAVE])
    assert (found.outcome, waits, len(asked)) == ("answered", [1, 4], 3)


def test_a_question_that_stays_throttled_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.time, "sleep", lambda _: None)
    one, asked = target(429, 429, 429, 429)
    (found,) = observe(one, [LEAVE])
    assert (found.outcome, len(asked)) == ("error", 4)
