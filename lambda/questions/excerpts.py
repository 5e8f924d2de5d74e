"""What callers see of passages: no more of personal data than of an answer."""

from dataclasses import replace

from questions.blame import checked
from questions.citations import cited
from questions.deadlines import Deadline
from questions.errors import QuestionError
from questions.outcomes import ANSWERED, TRUNCATED
from questions.responses import Result
from questions.retrieval import Passage
from questions.runtime import logger
from questions.settings import Settings

LONGEST_CHECKED = 2000
"""In characters: well more than an excerpt, so that nothing to be masked is cut in two where the excerpt ends."""


def masked(result: Result, settings: Settings, deadline: Deadline) -> Result:
    """The result with its cited passages as the guardrail masks them.

    The guardrail masks what the model is sent and what it writes, while excerpts are taken from the documents. Where it had nothing to
    mask, passages stay as they are: all of them were sent to the model.
    """
    if not result.masked or result.outcome not in (ANSWERED, TRUNCATED):
        return result
    passages = list(result.passages)
    for number in cited(result.answer, passages):
        passages[number - 1] = replace(passages[number - 1], text=_masked(passages[number - 1], settings, deadline))
    return replace(result, passages=passages)


def _masked(passage: Passage, settings: Settings, deadline: Deadline) -> str:
    """The beginning of a passage; nothing of one that can't be checked, or isn't let through."""
    beginning = passage.text[:LONGEST_CHECKED]
    try:
        found = checked(beginning, settings, deadline)
    except QuestionError as error:
        logger.warning("an excerpt was left out", reason=error.code)
        return ""
    return "" if found.blocked else found.masked or beginning
