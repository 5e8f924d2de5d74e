"""Finds out why a guardrail let nothing of a request through: the question itself, or passages that somebody planted.

https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-independent-api.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from questions.attempts import attempted
from questions.clients import client
from questions.deadlines import Deadline
from questions.guardrails import Applied, applied
from questions.retrieval import Passage
from questions.settings import Settings

READ_SECONDS = 5


@dataclass(frozen=True)
class Blame:
    """What the guardrail doesn't let through.

    Args:
        question: Whether the question alone is stopped.
        message: What the guardrail has callers told then.
        passages: Those that are stopped alone.
    """

    question: bool
    message: str
    passages: tuple[Passage, ...]


def blamed(question: str, passages: Sequence[Passage], settings: Settings, deadline: Deadline) -> Blame:
    """Shows the guardrail the question, then each passage."""
    asked = checked(question, settings, deadline)
    if asked.blocked:
        return Blame(question=True, message=asked.message, passages=())
    stopped = tuple(passage for passage in passages if checked(passage.text, settings, deadline).blocked)
    return Blame(question=False, message="", passages=stopped)


def checked(content: str, settings: Settings, deadline: Deadline) -> Applied:
    """What the guardrail does with a text that a model is told."""
    answer = attempted(
        lambda seconds: client("bedrock-runtime", seconds).apply_guardrail(
            guardrailIdentifier=settings.guardrail_arn,
            guardrailVersion=settings.guardrail_version,
            source="INPUT",
            content=[{"text": {"text": content}}],
        ),
        deadline,
        READ_SECONDS,
    )
    return applied(answer)
