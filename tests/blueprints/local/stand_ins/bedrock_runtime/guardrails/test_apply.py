"""ApplyGuardrail answers in AWS's shapes."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.guardrails.apply import apply_guardrail

POLICIES: dict[str, Any] = {
    "topicPolicy": {"topics": [{"name": "Birds", "definition": "Questions about birds.", "type": "DENY"}]},
    "contentPolicy": {"filters": [{"type": "INSULTS", "inputStrength": "HIGH", "outputStrength": "HIGH"}]},
    "wordPolicy": {"words": [{"text": "heron"}], "managedWordLists": [{"type": "PROFANITY"}]},
    "sensitiveInformationPolicy": {
        "piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}],
        "regexes": [{"name": "booking", "pattern": r"AB-\d+", "action": "BLOCK"}],
    },
    "contextualGroundingPolicy": {"filters": [{"type": "GROUNDING", "threshold": 0.7}]},
}


def request(*texts: str, source: str = "INPUT", **more: Any) -> dict[str, Any]:
    content = [{"text": {"text": text}} for text in texts]
    return {"guardrailIdentifier": "a1b2c3d4e5f6", "guardrailVersion": "1", "source": source, "content": content, **more}


@pytest.mark.parametrize(
    ("asked", "outputs"),
    [
        (request("A screwdriver."), []),
        (request("A heron, you idiot, AB-12!"), ["Not that question."]),
        (request("A heron.", source="OUTPUT"), ["Not that answer."]),
        (request("Ask a@b.example.", "Or b@c.example."), ["Ask {EMAIL}.", "Or {EMAIL}."]),
    ],
)
@pytest.mark.parametrize("scope", ["INTERVENTIONS", "FULL"])
def test_the_answer_has_what_is_said_instead(asked: dict[str, Any], outputs: list[str], scope: str, bedrock: Any, misfits: Any) -> None:
    answer = apply_guardrail({**asked, "outputScope": scope}, bedrock(**POLICIES))
    assert [output["text"] for output in answer["outputs"]] == outputs
    assert answer["action"] == ("GUARDRAIL_INTERVENED" if outputs else "NONE")
    assert misfits("bedrock-runtime", "ApplyGuardrail", answer) == []


def test_the_full_scope_tells_what_was_not_found(bedrock: Any) -> None:
    (found,) = apply_guardrail(request("A screwdriver.", outputScope="FULL"), bedrock(**POLICIES))["assessments"]
    assert found["contentPolicy"]["filters"][0]["confidence"] == "NONE"


def test_answers_are_held_against_the_sources_given(bedrock: Any) -> None:
    told = {"text": {"text": "The pump runs on 24 volts.", "qualifiers": ["grounding_source"]}}
    query = {"text": {"text": "What does the pump run on?", "qualifiers": ["query"]}}
    asked = request("The pump runs on hope and glory.", source="OUTPUT")
    answer = apply_guardrail({**asked, "content": [told, query, *asked["content"]]}, bedrock(**POLICIES))
    assert answer["assessments"][0]["contextualGroundingPolicy"]["filters"][0]["action"] == "BLOCKED"
    assert answer["usage"]["contextualGroundingPolicyUnits"] == 1


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (request("a", guardrailVersion="2"), "ResourceNotFoundException: The guardrail identifier or version"),
        (request("a", source="BOTH"), "source must be INPUT or OUTPUT, got BOTH"),
        (request(), "content must have at least one text"),
        (request(content=[{"text": {"text": "a", "qualifiers": ["query"]}}]), "content must have at least one text that is to be guarded"),
        (request(content=[{"image": {"format": "png"}}]), "looks at texts only, got an image"),
    ],
)
def test_refuses_what_cannot_be_looked_at(asked: dict[str, Any], complaint: str, bedrock: Any) -> None:
    with pytest.raises(StandInError, match=complaint):
        apply_guardrail(asked, bedrock(**POLICIES))
