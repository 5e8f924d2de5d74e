"""What became of a question."""

import re
from collections.abc import Sequence

from questions.citations import cited
from questions.guardrails import GROUNDING
from questions.prompts import NOT_KNOWN
from questions.replies import Reply
from questions.retrieval import Passage

ANSWERED = "answered"
NO_PASSAGES = "no_passages"
NOT_ANSWERED = "not_answered"
BLOCKED = "blocked"
UNGROUNDED = "ungrounded"
TRUNCATED = "truncated"

_ENDED = ("end_turn", "stop_sequence")
_CUT_OFF = ("max_tokens", "model_context_window_exceeded")
_LETTERS = re.compile(r"\w+")


def judged(reply: Reply, passages: Sequence[Passage]) -> tuple[str, str]:
    """The outcome, and what of the reply's text may be shown.

    Of an answer that the guardrail has stopped nothing is: it may hold what was blocked. One that it has only masked is an answer.
    """
    stopped, withheld = reply.stop_reason == "guardrail_intervened", reply.verdict.blocked_output
    if withheld == {GROUNDING}:
        return UNGROUNDED, ""
    if withheld or reply.blocked_input or (stopped and not reply.verdict.masked) or reply.stop_reason == "content_filtered":
        return BLOCKED, ""
    said = reply.text.strip()
    if not said or not (stopped or reply.stop_reason in (*_ENDED, *_CUT_OFF)):
        return NOT_ANSWERED, ""
    if _declines(said) and not cited(said, passages):
        return NOT_ANSWERED, NOT_KNOWN
    return (TRUNCATED if reply.stop_reason in _CUT_OFF else ANSWERED), said


def _declines(said: str) -> bool:
    """Whether the text begins with the sentence that the model was told to decline with, whatever stands between the words."""
    declined, words = _words(NOT_KNOWN), _words(said)
    return words[: len(declined)] == declined


def _words(said: str) -> list[str]:
    return _LETTERS.findall(said.casefold())
