from typing import Any

import pytest

from blueprints.evaluating.metrics import (
    Observation,
    Passage,
    figures,
    hit_rate,
    is_grounded,
    mean_reciprocal_rank,
    missing_words,
    percentile,
    rank,
    share,
)
from blueprints.evaluating.questions import Question

LEAVE = Question(question="How many days?", documents=("leave.md", "contacts.csv"), words=("27", ("days", "working days")))
NOTHING = Question(question="What does lunch cost?", answerable=False)


def found(*documents: str, scores: tuple[float | None, ...] = (), question: Question = LEAVE, **values: Any) -> Observation:
    given = scores or tuple(0.9 - place / 10 for place in range(len(documents)))
    passages = tuple(Passage(document, score) for document, score in zip(documents, given, strict=True))
    return Observation(question, **{"outcome": "answered", "passages": passages, **values})


def grounded(**values: Any) -> Observation:
    return found("leave.md", **{"answer": "There are 27 days.", "cited": ("leave.md",), "seconds": 0.2, **values})


def test_the_rank_is_that_of_the_first_passage_from_an_expected_document() -> None:
    assert rank(found("pay.html", "leave.md", "leave.md")) == 2
    assert rank(found("contacts.csv", "leave.md")) == 1


@pytest.mark.parametrize("observation", [found("pay.html"), found()])
def test_without_a_passage_from_an_expected_document_there_is_no_rank(observation: Observation) -> None:
    assert rank(observation) is None


def test_passages_with_the_same_score_count_as_before_it() -> None:
    assert rank(found("leave.md", "pay.html", "it.html", scores=(0.5, 0.5, 0.4))) == 2
    assert rank(found("pay.html", "leave.md", "it.html", scores=(0.5, 0.5, 0.5))) == 3


def test_a_tie_between_expected_documents_costs_nothing() -> None:
    assert rank(found("leave.md", "contacts.csv", scores=(0.5, 0.5))) == 1


def test_passages_without_scores_are_not_tied() -> None:
    assert rank(found("leave.md", "pay.html", scores=(None, None))) == 1


def test_the_hit_rate_counts_ranks_up_to_a_depth() -> None:
    ranks = [1, 2, 4, None]
    assert [hit_rate(ranks, depth) for depth in (1, 3, 5)] == [0.25, 0.5, 0.75]


def test_the_mean_reciprocal_rank_by_hand() -> None:
    assert mean_reciprocal_rank([1, 2, 4, None]) == pytest.approx((1 + 1 / 2 + 1 / 4 + 0) / 4) == 0.4375
    assert mean_reciprocal_rank([3, 3, 3]) == pytest.approx(1 / 3)
    assert mean_reciprocal_rank([None]) == 0


def test_of_nothing_there_are_no_figures() -> None:
    assert (share([]), hit_rate([], 1), mean_reciprocal_rank([]), percentile([], 50)) == (None,) * 4


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (95, 10), (90, 9), (1, 1), (100, 10)])
def test_a_percentile_is_the_nearest_rank(percent: int, value: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percent) == value


def test_an_answer_from_expected_documents_with_all_words_is_grounded() -> None:
    assert is_grounded(grounded())
    assert is_grounded(grounded(cited=("leave.md", "contacts.csv")))


@pytest.mark.parametrize(
    "values",
    [{"outcome": "not_answered"}, {"cited": ()}, {"cited": ("leave.md", "pay.html")}, {"answer": "There are 23 days."}],
)
def test_anything_else_is_not(values: dict[str, Any]) -> None:
    assert not is_grounded(grounded(**values))


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("27  WORKING\ndays", []),
        ("It is 27: the days are paid", []),
        ("127 days", ["27"]),
        ("27.5 days", []),
        ("27 holidays", ["days"]),
        ("", ["27", "days"]),
    ],
)
def test_words_must_stand_alone_in_any_case(answer: str, missing: list[str]) -> None:
    assert missing_words(grounded(answer=answer)) == missing


def test_words_with_marks_at_their_ends_are_found() -> None:
    question = Question(question="When?", documents=("a",), words=("10 a.m.", "1,000"))
    assert missing_words(Observation(question, "answered", answer="From 10 a.m., at most 1,000 people.")) == []


def test_figures_of_a_few_questions_by_hand() -> None:
    observations = [
        grounded(seconds=0.1),
        found("pay.html", "leave.md", outcome="not_answered", seconds=0.3),
        found("pay.html", outcome="answered", answer="27 days", cited=("pay.html",), seconds=0.2, cached=True),
        found(outcome="error", error="HTTP 500: no", seconds=9.0),
        found("pay.html", question=NOTHING, outcome="not_answered", seconds=0.4),
        found("pay.html", question=NOTHING, outcome="answered", answer="Five pounds.", cited=("pay.html",), seconds=0.5),
    ]
    told = figures(observations)
    assert (told.questions, told.answerable, told.cached) == (6, 4, 1)
    assert told.hit_rates == {1: 0.25, 3: 0.5, 5: 0.5}
    assert told.reciprocal_rank == pytest.approx((1 + 1 / 2) / 4)
    assert (told.grounded, told.refused) == (0.25, 0.5)
    assert (told.latency_p50, told.latency_p95) == (0.3, 0.5)
    assert told.outcomes == {"answered": 3, "error": 1, "not_answered": 2}


def test_figures_without_unanswerable_questions_know_no_refusals() -> None:
    assert figures([grounded()]).refused is None


def test_figures_of_no_questions_are_unknown() -> None:
    told = figures([])
    assert (told.hit_rates, told.reciprocal_rank, told.grounded, told.latency_p50) == ({1: None, 3: None, 5: None}, None, None, None)
