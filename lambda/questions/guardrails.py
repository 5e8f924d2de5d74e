"""What a guardrail did, and to what, told from its assessments.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailAssessment.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from questions.shapes import items, part, text

GROUNDING = "contextual_grounding"
_BLOCKED, _MASKED = "BLOCKED", "ANONYMIZED"


@dataclass(frozen=True)
class Verdict:
    """What a guardrail did with what a model was sent and what it wrote.

    Args:
        assessed: Whether the guardrail told what it found.
        blocked_input: The policies for which nothing was generated.
        blocked_output: The policies for which what was generated was withheld.
        masked: The policies for which parts of either were masked.
    """

    assessed: bool = False
    blocked_input: frozenset[str] = frozenset()
    blocked_output: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()

    @property
    def policies(self) -> frozenset[str]:
        """All policies that did something: topic, content, word, sensitive_information and so on."""
        return self.blocked_input | self.blocked_output | self.masked


def verdict(trace: Any) -> Verdict:
    """The verdict of a trace of Converse or ConverseStream."""
    before = [assessment for assessment in part(trace, "guardrail", "inputAssessment").values() if isinstance(assessment, Mapping)]
    listed = part(trace, "guardrail", "outputAssessments")
    after = [assessment for name in listed for assessment in items(listed, name)]
    return Verdict(
        assessed=bool(before or after),
        blocked_input=_policies(before, _BLOCKED),
        blocked_output=_policies(after, _BLOCKED),
        masked=_policies([*before, *after], _MASKED),
    )


@dataclass(frozen=True)
class Applied:
    """What a guardrail did with one text.

    Args:
        blocked: Whether it is not let through; masking lets it through.
        policies: The policies that did something.
        message: What the guardrail has callers told instead.
        masked: The text with the masked parts taken out; empty where nothing was masked, or where it is not let through.
    """

    blocked: bool
    policies: frozenset[str]
    message: str
    masked: str = ""


def applied(answer: Any) -> Applied:
    """The result of an answer of ApplyGuardrail; one that intervened without saying why has blocked."""
    found = items(answer, "assessments")
    blocking, masking = _policies(found, _BLOCKED), _policies(found, _MASKED)
    blocked = bool(blocking) or (text(answer, "action") == "GUARDRAIL_INTERVENED" and not masking)
    instead = "".join(text(output, "text") for output in items(answer, "outputs"))
    return Applied(blocked, blocking | masking, message=instead if blocking else "", masked="" if blocked or not masking else instead)


def _policies(assessments: Iterable[Any], action: str) -> frozenset[str]:
    return frozenset(
        _name(policy)
        for assessment in assessments
        if isinstance(assessment, Mapping)
        for policy, found in assessment.items()
        if str(policy).endswith("Policy") and action in _actions(found)
    )


def _name(policy: str) -> str:
    """``topicPolicy`` as ``topic``, ``sensitiveInformationPolicy`` as ``sensitive_information``."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", policy.removesuffix("Policy")).lower()


def _actions(found: Any) -> Iterator[str]:
    """The actions of all findings of a policy, however it groups them."""
    for findings in found.values() if isinstance(found, Mapping) else ():
        for finding in findings if isinstance(findings, list) else ():
            yield text(finding, "action")
