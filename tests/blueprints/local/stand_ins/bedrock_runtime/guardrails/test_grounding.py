"""Answers are held against their sources and the question."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.bedrock_runtime.guardrails.grounding import assess, claims, grounding, relevance

SOURCE = "## Leave\nFull-time employees have 27 days of paid annual leave a year. The leave year begins on 1 April."
QUESTION = "How many days of annual leave do employees have?"


def test_the_words_of_the_source_are_grounded() -> None:
    assert grounding("Full-time employees have 27 days of paid annual leave a year. [1]", [SOURCE], QUESTION) == 1


def test_other_words_of_the_same_meaning_are_nearly_grounded() -> None:
    assert 0.7 < grounding("Employees who work full-time get 27 days of annual leave.", [SOURCE], QUESTION) < 1


def test_one_sentence_from_elsewhere_makes_the_answer_ungrounded() -> None:
    answer = "Full-time employees have 27 days of paid annual leave a year. The moon is made of cheese."
    assert grounding(answer, [SOURCE], QUESTION) < 0.3


@pytest.mark.parametrize(
    ("answer", "relevant"), [("Full-time employees have 27 days of annual leave. [1]", True), ("The pump runs on 24 volts.", False)]
)
def test_an_answer_is_relevant_if_it_is_about_the_question(answer: str, relevant: bool) -> None:
    assert (relevance(answer, [SOURCE], QUESTION) >= 0.5) is relevant


@pytest.mark.parametrize("answer", ["I don't know.", "The documents do not hold the answer.", "I cannot answer that."])
def test_an_answer_that_nothing_is_known_claims_nothing(answer: str) -> None:
    assert claims(answer) == []
    assert (grounding(answer, [SOURCE], QUESTION), relevance(answer, [SOURCE], QUESTION)) == (1, 1)


def test_without_sources_nothing_is_grounded() -> None:
    assert grounding("Employees have 27 days.", [""], QUESTION) == 0


def test_scores_below_the_threshold_are_blocked() -> None:
    policy = {"filters": [{"type": "GROUNDING", "threshold": 0.7}, {"type": "RELEVANCE", "threshold": 0.5, "action": "NONE"}]}
    found = assess(policy, "The pump runs on 24 volts.", [SOURCE], QUESTION)["filters"]
    assert [(entry["type"], entry["threshold"], entry["detected"], entry["action"]) for entry in found] == [
        ("GROUNDING", 0.7, True, "BLOCKED"),
        ("RELEVANCE", 0.5, True, "NONE"),
    ]


def test_a_check_that_is_off_gives_no_score() -> None:
    assert assess({"filters": [{"type": "GROUNDING", "threshold": 0.7, "enabled": False}]}, "a", [SOURCE], QUESTION) == {"filters": []}
