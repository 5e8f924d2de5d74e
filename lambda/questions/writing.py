"""Has the model write an answer from passages, under the guardrail."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from questions.blame import blamed
from questions.deadlines import Deadline
from questions.outcomes import NO_PASSAGES, judged
from questions.prompts import converse_request
from questions.replies import Reply
from questions.responses import Result, listed
from questions.retrieval import Passage
from questions.sessions import Turn
from questions.settings import Settings

Generate = Callable[[dict[str, Any], Deadline], Iterator[str | Reply]]
"""Calls the model with the parameters of Converse; yields the text as it comes, if it does, and the reply at the end."""


@dataclass(frozen=True)
class Event:
    """A step on the way to the answer.

    Args:
        name: ``passages``, ``text`` or ``done``.
        data: What callers of the stream get.
    """

    name: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What is to be written.

    Args:
        question: The question.
        turns: Earlier questions and answers.
        settings: Those of the deployment.
        deadline: When it has to be written.
    """

    question: str
    turns: Sequence[Turn]
    settings: Settings
    deadline: Deadline


def written(task: Task, passages: Sequence[Passage], generate: Generate) -> Generator[Event, None, Result]:
    """Writes the answer; where the guardrail stops passages, once more without them."""
    if not passages:
        yield told(())
        return Result(NO_PASSAGES)
    reply = yield from _generated(task, passages, generate)
    if not reply.blocked_input:
        return _result(reply, passages)
    blame = blamed(task.question, passages, task.settings, task.deadline)
    if blame.question or not blame.passages:
        yield told(passages)
        return _result(reply, passages, message=blame.message)
    remaining = tuple(passage for passage in passages if passage not in blame.passages)
    if not remaining:
        yield told(())
        return Result(NO_PASSAGES, withheld=blame.passages, intervened=True, policies=reply.verdict.policies, usage=reply.usage)
    again = yield from _generated(task, remaining, generate)
    if again.blocked_input:
        yield told(remaining)
    return _result(again, remaining, withheld=blame.passages, before=reply)


def told(passages: Iterable[Passage]) -> Event:
    """The event that lists what the answer is written from; the last one counts."""
    return Event("passages", {"passages": listed(passages)})


def _generated(task: Task, passages: Sequence[Passage], generate: Generate) -> Generator[Event, None, Reply]:
    """Calls the model; the passages are told with its first word: until then an error is an HTTP error."""
    request = converse_request(task.question, task.turns, passages, task.settings)
    reply, begun = Reply(), False
    for piece in generate(request, task.deadline):
        if isinstance(piece, Reply):
            reply = piece
        else:
            if not begun:
                yield told(passages)
            begun = True
            yield Event("text", {"text": piece})
    if not begun and not reply.blocked_input:
        yield told(passages)
    return reply


def _result(
    reply: Reply, passages: Sequence[Passage], *, message: str = "", withheld: Sequence[Passage] = (), before: Reply | None = None
) -> Result:
    """What a reply came to, together with the one ``before`` it; ``message`` is what the guardrail has callers told."""
    outcome, shown = judged(reply, passages)
    first = before or Reply()
    policies = reply.verdict.policies | first.verdict.policies
    return Result(
        outcome=outcome,
        answer=message or shown,
        passages=passages,
        withheld=withheld,
        intervened=bool(policies or withheld or reply.stop_reason == "guardrail_intervened"),
        policies=policies,
        masked=bool(reply.verdict.masked),
        usage=reply.usage + first.usage,
    )
