from typing import Any

import pytest

from ml_constructs.bedrock.guardrail_filters import KINDS, ContentFilter, Grounding, Topic


@pytest.mark.parametrize("kind", KINDS)
def test_content_is_filtered_strictly_and_answers_like_questions(kind: str) -> None:
    found = ContentFilter(kind=kind)
    assert (found.input_strength, found.modalities, found.action) == ("HIGH", ("TEXT",), "BLOCK")
    assert found.answers == ("NONE" if kind == "PROMPT_ATTACK" else "HIGH")


def test_answers_may_be_filtered_otherwise_than_questions() -> None:
    assert ContentFilter(kind="HATE", input_strength="LOW").answers == "LOW"
    assert ContentFilter(kind="HATE", input_strength="LOW", output_strength="NONE").answers == "NONE"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "LIES"}, "kind must be one of SEXUAL, .*, got LIES"),
        ({"input_strength": "MAX"}, "input_strength must be one of NONE, LOW, MEDIUM, HIGH, got MAX"),
        ({"output_strength": "MAX"}, "output_strength must be one of NONE, LOW, MEDIUM, HIGH, got MAX"),
        ({"kind": "PROMPT_ATTACK", "output_strength": "HIGH"}, "output_strength must be NONE, got HIGH"),
        ({"modalities": ("SOUND",)}, "modality must be one of TEXT, IMAGE, got SOUND"),
        ({"modalities": ()}, "modalities must be 1 to 2, got 0"),
        ({"action": "ANONYMIZE"}, "action must be one of BLOCK, NONE, got ANONYMIZE"),
    ],
)
def test_content_filters_that_guardrails_do_not_offer_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ContentFilter(**{"kind": "HATE", **arguments})


def test_a_topic_may_be_as_long_as_guardrails_take() -> None:
    topic = Topic(name="n" * 100, definition="d" * 200, examples=tuple(f"{number}" * 100 for number in range(5)))
    assert topic.action == "BLOCK"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "n" * 101}, "name must have 1 to 100 characters, got 101"),
        ({"definition": "d" * 201}, "definition must have 1 to 200 characters, got 201"),
        ({"examples": tuple("abcdef")}, "examples must be 0 to 5, got 6"),
        ({"examples": ("e" * 101,)}, "example must have 1 to 100 characters, got 101"),
        ({"action": "DENY"}, "action must be one of BLOCK, NONE, got DENY"),
    ],
)
def test_topics_that_guardrails_do_not_take_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Topic(**{"name": "Advice", "definition": "What to buy.", **arguments})


def test_grounding_and_relevance_are_checked_together_or_alone() -> None:
    assert Grounding() == Grounding(grounding=0.7, relevance=0.5, action="BLOCK")
    assert Grounding(grounding=None, relevance=0).relevance == 0
    assert Grounding(grounding=0.99, relevance=None).grounding == 0.99


@pytest.mark.parametrize("name", ["grounding", "relevance"])
@pytest.mark.parametrize("threshold", [-0.01, 1])
def test_thresholds_out_of_range_are_refused(name: str, threshold: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be 0 to 0.99, got {threshold}"):
        Grounding(**{name: threshold})


def test_grounding_without_a_threshold_is_refused() -> None:
    with pytest.raises(ValueError, match="grounding or relevance must be given, got neither"):
        Grounding(grounding=None, relevance=None)
    with pytest.raises(ValueError, match="action must be one of BLOCK, NONE, got MASK"):
        Grounding(action="MASK")
