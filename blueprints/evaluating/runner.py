"""Puts labelled questions to a deployment."""

import time
from collections.abc import Callable, Sequence

from blueprints.evaluating.metrics import Observation, Passage
from blueprints.evaluating.questions import Question
from blueprints.evaluating.targets import Target
from blueprints.trying.answers import Reply, key_of

OK, THROTTLED = 200, 429
WAITS_SECONDS = (1, 4, 16)
"""How long is waited before a throttled question is asked again."""


def observe(
    target: Target, questions: Sequence[Question], *, prefix: str = "", tell: Callable[[int], None] = lambda _: None
) -> list[Observation]:
    """Asks all questions, one after the other.

    Args:
        target: The deployment.
        questions: What to ask.
        prefix: What comes before the names of documents in their keys.
        tell: Called with the number of questions asked so far.
    """
    observations = []
    for number, question in enumerate(questions, 1):
        observations.append(observed(question, _ask(target, question), prefix))
        tell(number)
    return observations


def _ask(target: Target, question: Question) -> Reply:
    for wait in WAITS_SECONDS:
        reply = target.ask(question.question, question.tenant)
        if reply.status != THROTTLED:
            return reply
        time.sleep(wait)
    return target.ask(question.question, question.tenant)


def observed(question: Question, reply: Reply, prefix: str = "") -> Observation:
    """Returns what a question came to, with documents by the names that the questions file has for them."""
    body = reply.body
    if reply.status != OK:
        return Observation(question, "error", seconds=reply.seconds, error=f"HTTP {reply.status}: {body.get('message', '')}")
    passages = body.get("passages", ())
    return Observation(
        question,
        reply.outcome,
        answer=body.get("answer") or "",
        cited=tuple(key_of(source).removeprefix(prefix) for source in reply.sources),
        passages=tuple(Passage(key_of(passage["source"]).removeprefix(prefix), passage.get("score")) for passage in passages),
        seconds=reply.seconds,
        cached=bool(body.get("cached")),
    )
