"""Guardrails look at what they are shown as it is qualified."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.guardrails.evaluation import Content, evaluate

HERON = {"words": [{"text": "heron"}]}
MAILS = {"piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}]}
GROUNDED = {"filters": [{"type": "GROUNDING", "threshold": 0.7}, {"type": "RELEVANCE", "threshold": 0.5}]}
TOPICS = {"topics": [{"name": "Birds", "definition": "Anything about birds.", "type": "DENY"}]}


def content(text: str, *qualifiers: str) -> Content:
    return Content(text, frozenset(qualifiers))


def test_nothing_is_done_without_a_finding(guardrail: Any) -> None:
    verdict = evaluate(guardrail(wordPolicy=HERON), "input", [content("a duck")])
    assert (verdict.blocked, verdict.masked, verdict.intervened, verdict.reason) == (False, False, False, "No action.")
    assert (verdict.texts, set(verdict.assessment)) == (("a duck",), {"invocationMetrics"})


def test_a_finding_blocks(guardrail: Any) -> None:
    verdict = evaluate(guardrail(wordPolicy=HERON), "input", [content("a duck"), content("a heron")])
    assert (verdict.blocked, verdict.intervened, verdict.reason) == (True, True, "Guardrail blocked.")
    assert verdict.assessment["wordPolicy"]["customWords"][0]["match"] == "heron"


def test_masking_does_not_block(guardrail: Any) -> None:
    verdict = evaluate(guardrail(sensitiveInformationPolicy=MAILS), "output", [content("Ask a@b.example."), content("Or not.")])
    assert (verdict.blocked, verdict.masked, verdict.reason) == (False, True, "Guardrail masked.")
    assert verdict.texts == ("Ask {EMAIL}.", "Or not.")


@pytest.mark.parametrize(
    ("qualifiers", "seen"),
    [
        ((), True),
        (("guard_content",), True),
        (("grounding_source",), False),
        (("query",), False),
        (("grounding_source", "guard_content"), True),
    ],
)
def test_only_what_is_to_be_guarded_is_looked_at(qualifiers: tuple[str, ...], seen: bool, guardrail: Any) -> None:
    assert evaluate(guardrail(wordPolicy=HERON), "input", [content("heron", *qualifiers)]).blocked is seen


def test_everything_is_told_when_asked_for(guardrail: Any) -> None:
    shown = [content("a screwdriver")]
    assert "topicPolicy" not in evaluate(guardrail(topicPolicy=TOPICS), "input", shown).assessment
    full = evaluate(guardrail(topicPolicy=TOPICS), "input", shown, full=True)
    assert full.assessment["topicPolicy"]["topics"] == [{"name": "Birds", "type": "DENY", "action": "NONE", "detected": False}]


SOURCE, QUERY = content("The pump runs on 24 volts.", "grounding_source"), content("What does the pump run on?", "query")


def test_an_answer_is_held_against_its_sources(guardrail: Any) -> None:
    guard = guardrail(contextualGroundingPolicy=GROUNDED)
    good = evaluate(guard, "output", [SOURCE, QUERY, content("The pump runs on 24 volts.")])
    bad = evaluate(guard, "output", [SOURCE, QUERY, content("Cheese is made of milk.", "guard_content")])
    assert (good.blocked, bad.blocked) == (False, True)
    assert good.assessment["contextualGroundingPolicy"]["filters"][0]["score"] == 1


@pytest.mark.parametrize(("side", "shown"), [("output", [SOURCE]), ("output", [QUERY]), ("input", [SOURCE, QUERY])])
def test_without_sources_and_query_or_on_inputs_grounding_is_not_checked(side: str, shown: list[Content], guardrail: Any) -> None:
    verdict = evaluate(guardrail(contextualGroundingPolicy=GROUNDED), side, [*shown, content("Cheese is made of milk.")])
    assert "contextualGroundingPolicy" not in verdict.assessment
    assert verdict.assessment["invocationMetrics"]["usage"]["contextualGroundingPolicyUnits"] == 0


@pytest.mark.parametrize(
    ("shown", "complaint"),
    [
        (
            [SOURCE, content("a" * 1001, "query"), content("b")],
            "query must have at most 1000 characters for contextual grounding, got 1001",
        ),
        ([SOURCE, QUERY, content("b" * 5001)], "guard_content must have at most 5000 characters"),
        ([content("a" * 100_001, "grounding_source"), QUERY, content("b")], "grounding_source must have at most 100000 characters"),
    ],
)
def test_grounding_refuses_what_is_too_long(shown: list[Content], complaint: str, guardrail: Any) -> None:
    with pytest.raises(StandInError, match=complaint):
        evaluate(guardrail(contextualGroundingPolicy=GROUNDED), "output", shown)


def test_a_unit_is_a_thousand_characters_of_what_a_policy_looks_at(guardrail: Any) -> None:
    guard = guardrail(wordPolicy=HERON, sensitiveInformationPolicy={"regexes": []}, contextualGroundingPolicy=GROUNDED)
    metrics = evaluate(guard, "output", [SOURCE, QUERY, content("a" * 1001)]).assessment["invocationMetrics"]
    assert metrics["usage"] == {
        "topicPolicyUnits": 0,
        "contentPolicyUnits": 0,
        "wordPolicyUnits": 2,
        "sensitiveInformationPolicyUnits": 0,
        "sensitiveInformationPolicyFreeUnits": 0,
        "contextualGroundingPolicyUnits": 2,
    }
    assert metrics["guardrailCoverage"] == {"textCharacters": {"guarded": 1001, "total": 1053}}
