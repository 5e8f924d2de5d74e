import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.knowledge_base_rag_answers import (
    AnswerAlarmSettings,
    CacheSettings,
    GenerationSettings,
    GuardrailSettings,
    RetrievalSettings,
    SessionSettings,
)

PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0"


def test_answers_are_guarded_and_neither_cached_nor_reranked_unless_asked_for() -> None:
    guardrail = GuardrailSettings()
    assert (guardrail.content, guardrail.prompt_attacks, guardrail.grounding, guardrail.relevance) == ("HIGH", "HIGH", 0.7, 0.5)
    assert CacheSettings().hours == 0
    assert RetrievalSettings().rerank is None


@pytest.mark.parametrize(
    ("part", "settings", "message"),
    [
        (RetrievalSettings, {"passages": 101}, "less than or equal to 100"),
        (RetrievalSettings, {"passages": 30, "rerank": {"candidates": 20}}, "rerank.candidates must be at least passages, 30, got 20"),
        (GenerationSettings, {"temperature": 1.1}, "less than or equal to 1"),
        (GenerationSettings, {"model": PROFILE}, f"model must be an id when application_profile is true, got {PROFILE}"),
        (GuardrailSettings, {"grounding": 1.0}, "less than or equal to 0.99"),
        (GuardrailSettings, {"topics": ({"name": "x", "definition": "y" * 201},)}, "at most 200 characters"),
        (GuardrailSettings, {"content": "STRICT"}, "'NONE', 'LOW', 'MEDIUM' or 'HIGH'"),
        (SessionSettings, {"turns": 21}, "less than or equal to 20"),
        (CacheSettings, {"hours": 721}, "less than or equal to 720"),
        (AnswerAlarmSettings, {"tokens_per_day": 999}, "greater than or equal to 1000"),
    ],
)
def test_what_does_not_go_together_or_is_not_taken_is_refused(part: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        part.model_validate(settings)


def test_as_many_passages_may_be_reranked_as_are_answered_from() -> None:
    assert RetrievalSettings.model_validate({"passages": 20, "rerank": {"candidates": 20}}).passages == 20


def test_a_profile_that_stands_already_is_called_without_another() -> None:
    assert GenerationSettings(model=PROFILE, application_profile=False).model == PROFILE
