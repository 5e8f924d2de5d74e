"""What a guardrail does with a text."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.guardrails import contents, grounding, sensitive, topics, words
from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import Guardrail

UNIT_CHARACTERS = 1000
GUARDED, SOURCE, QUERY = "guard_content", "grounding_source", "query"
ASSESSORS = {
    "topicPolicy": topics.assess,
    "contentPolicy": contents.assess,
    "wordPolicy": words.assess,
    "sensitiveInformationPolicy": sensitive.assess,
}
GROUNDING_LIMITS = {SOURCE: 100_000, QUERY: 1_000, GUARDED: 5_000}
"""Characters that contextual grounding takes: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html"""


@dataclass(frozen=True)
class Content:
    """A text that is shown to a guardrail.

    Args:
        text: Its words.
        qualifiers: What it is; ``guard_content`` unless given.
    """

    text: str
    qualifiers: frozenset[str] = frozenset()

    def is_a(self, qualifier: str) -> bool:
        """Tells whether it is what the qualifier says."""
        return qualifier in (self.qualifiers or {GUARDED})


@dataclass(frozen=True)
class Verdict:
    """What a guardrail found, and what is to be said.

    Args:
        blocked: Whether nothing of the texts may be said.
        masked: Whether parts of the texts have been masked.
        texts: The guarded texts after masking, in order.
        assessment: What was found, in AWS's shape.
    """

    blocked: bool
    masked: bool
    texts: tuple[str, ...]
    assessment: Mapping[str, Any]

    @property
    def intervened(self) -> bool:
        """Tells whether anything was done."""
        return self.blocked or self.masked

    @property
    def reason(self) -> str:
        """What was done, in AWS's words."""
        return "Guardrail blocked." if self.blocked else "Guardrail masked." if self.masked else "No action."


def evaluate(guardrail: Guardrail, side: str, shown: Sequence[Content], *, full: bool = False) -> Verdict:
    """Returns what the guardrail does with an ``input`` or ``output``.

    Args:
        guardrail: The guardrail.
        side: Whether the texts are an ``input`` or an ``output``.
        shown: The texts, with sources and query when there are any.
        full: Whether the assessment tells also what was not found.
    """
    began = time.monotonic()
    guarded = [content.text for content in shown if content.is_a(GUARDED)]
    found = {name: ASSESSORS[name](policy, side, guarded) for name, policy in guardrail.policies.items() if name in ASSESSORS}
    if side == "output":
        found |= _grounding(guardrail, shown)
    actions = {entry["action"] for lists in found.values() for entries in lists.values() for entry in entries}
    hiding = guardrail.policies.get("sensitiveInformationPolicy", {})
    texts = tuple(sensitive.mask(hiding, side, text) for text in guarded)
    metrics = {
        "guardrailProcessingLatency": int((time.monotonic() - began) * 1000),
        "usage": usage(guardrail, side, shown),
        "guardrailCoverage": {"textCharacters": {"guarded": sum(map(len, guarded)), "total": sum(len(content.text) for content in shown)}},
    }
    assessment = {**_told(found, full=full), "invocationMetrics": metrics}
    return Verdict("BLOCKED" in actions, "ANONYMIZED" in actions, texts, assessment)


def usage(guardrail: Guardrail, side: str, shown: Sequence[Content]) -> dict[str, int]:
    """Returns the text units that each policy has looked at."""
    units = _units(content for content in shown if content.is_a(GUARDED))
    has = guardrail.policies
    grounded = side == "output" and "contextualGroundingPolicy" in has and _checkable(shown)
    hiding = has.get("sensitiveInformationPolicy", {})
    return {
        "topicPolicyUnits": units * ("topicPolicy" in has),
        "contentPolicyUnits": units * ("contentPolicy" in has),
        "wordPolicyUnits": units * ("wordPolicy" in has),
        "sensitiveInformationPolicyUnits": units * bool(hiding.get("piiEntities")),
        "sensitiveInformationPolicyFreeUnits": units * bool(hiding.get("regexes")),
        "contextualGroundingPolicyUnits": _units(shown) if grounded else 0,
    }


def _units(shown: Any) -> int:
    return math.ceil(sum(len(content.text) for content in shown) / UNIT_CHARACTERS)


def _grounding(guardrail: Guardrail, shown: Sequence[Content]) -> dict[str, Any]:
    """Checks a response for which both sources and a query are given; without them AWS does not look either."""
    policy = guardrail.policies.get("contextualGroundingPolicy")
    if policy is None or not _checkable(shown):
        return {}
    answer = [content for content in shown if content.qualifiers <= {GUARDED}]
    sources = [content for content in shown if content.is_a(SOURCE)]
    query = [content for content in shown if content.is_a(QUERY)]
    for qualifier, given in ((SOURCE, sources), (QUERY, query), (GUARDED, answer)):
        size = sum(len(content.text) for content in given)
        if size > GROUNDING_LIMITS[qualifier]:
            limit = GROUNDING_LIMITS[qualifier]
            raise StandInError(
                "ValidationException", f"{qualifier} must have at most {limit} characters for contextual grounding, got {size}"
            )
    said = " ".join(content.text for content in answer)
    return {"contextualGroundingPolicy": grounding.assess(policy, said, [each.text for each in sources], query[-1].text)}


def _checkable(shown: Sequence[Content]) -> bool:
    return any(content.is_a(SOURCE) for content in shown) and any(content.is_a(QUERY) for content in shown)


def _told(found: Mapping[str, Any], *, full: bool) -> dict[str, Any]:
    """Leaves out what was not found, but for the scores of contextual grounding."""
    told = {}
    for policy, lists in found.items():
        all_of = full or policy == "contextualGroundingPolicy"
        kept = {name: [entry for entry in entries if all_of or entry["detected"]] for name, entries in lists.items()}
        if any(kept.values()):
            told[policy] = kept
    return told
