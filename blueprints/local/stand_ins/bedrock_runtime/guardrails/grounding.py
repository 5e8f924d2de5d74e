"""Contextual grounding: whether an answer rests on its sources, and answers what was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import action_of, finding
from blueprints.local.stand_ins.bedrock_runtime.sentences import sentences
from blueprints.local.stand_ins.embeddings import embed

RELEVANT = 0.6
"""The nearness in meaning of question and answer from which on relevance is 1; it falls in proportion."""
CITATION = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
DECLINES = re.compile(
    r"(?:(?:i'm |i am )?sorry,? (?:but )?)?(?:i|we|(?:the|these) (?:\w+ )?(?:documents?|passages?|sources?|context|text|information))"
    r" (?:do not|don't|does not|doesn't|cannot|can't|can not|could not|couldn't|am unable to)"
    r" (?:know|hold|contain|answer|find|say|mention)\b[^,;]*",
    re.IGNORECASE,
)
DECIMALS = 2


def assess(policy: Mapping[str, Any], answer: str, sources: Sequence[str], query: str) -> dict[str, list[dict[str, Any]]]:
    """Returns both scores; a response that only says that nothing is known claims nothing, and scores 1.

    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
    """
    scores = {"GROUNDING": grounding, "RELEVANCE": relevance}
    found = []
    for setting in policy.get("filters", []):
        action = action_of(setting, "output")
        if action is not None:
            score, threshold = scores[setting["type"]](answer, sources, query), float(setting["threshold"])
            found.append(finding(action, detected=score < threshold, type=setting["type"], threshold=threshold, score=score))
    return {"filters": found}


def grounding(answer: str, sources: Sequence[str], _query: str) -> float:
    """Returns how near the sentence of the answer that is farthest from the sources comes to a sentence of them."""
    told = [sentence.text for source in sources for sentence in sentences(source)]
    said = [text for text in claims(answer) if text not in told]
    if not said:
        return 1.0
    return _score(float((embed(said) @ embed(told).T).max(axis=1).min())) if told else 0.0


def relevance(answer: str, _sources: Sequence[str], query: str) -> float:
    """Returns how near the answer, or the sentence of it that comes nearest, is to the question."""
    said = claims(answer)
    return _score(float((embed([*said, " ".join(said)]) @ embed([query])[0]).max()) / RELEVANT) if said else 1.0


def claims(answer: str) -> list[str]:
    """Returns the sentences of the answer, without citations, but for those that say that nothing is known."""
    said = [sentence.text for sentence in sentences(CITATION.sub("", answer))]
    return [text for text in said if not DECLINES.fullmatch(text)]


def _score(nearness: float) -> float:
    return round(min(1.0, max(0.0, nearness)), DECIMALS)
