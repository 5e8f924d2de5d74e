"""From a request to its response."""

from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from questions import cache, sessions
from questions.callers import Caller, caller_of
from questions.deadlines import Deadline, Timed
from questions.excerpts import masked
from questions.metrics import record
from questions.outcomes import ANSWERED, NOT_ANSWERED, TRUNCATED
from questions.replies import Usage
from questions.requests import Question, parse
from questions.responses import response_of
from questions.retrieval import retrieve
from questions.sessions import Session, Turn
from questions.settings import Settings
from questions.writing import Event, Generate, Task, written

GONE_THROUGH = (ANSWERED, NOT_ANSWERED, TRUNCATED)
"""The outcomes whose questions the guardrail let through: sessions go on from them."""


@dataclass(frozen=True)
class Inquiry:
    """A question, and who asks it."""

    question: Question
    caller: Caller
    settings: Settings
    deadline: Deadline


def inquiry(event: Any, context: Timed, settings: Settings) -> Inquiry:
    """What an event of API Gateway asks.

    Raises:
        QuestionError: The request is at fault, or its caller.
    """
    caller = caller_of(event, settings)
    return Inquiry(parse(event, settings), caller, settings, Deadline(context))


def answered(asked: Inquiry, generate: Generate, request_id: str) -> Iterator[Event]:
    """Answers a question; the last event is ``done`` with the whole response.

    Text is what the model has written so far. Only the response tells whether it stands: a guardrail may have stopped it.

    Raises:
        QuestionError: There is no answer.
    """
    session = sessions.opened(asked.question.session_id, asked.caller, asked.settings, asked.deadline)
    turns = session.turns if session else ()
    held = None if turns else cache.found(asked.caller, asked.question.text, asked.settings, asked.deadline)
    if held is None:
        response = yield from _new(asked, turns, generate)
    else:
        yield Event("passages", {"passages": held["passages"]})
        yield Event("text", {"text": held["answer"]})
        response = held | {"usage": asdict(Usage())}
    continued = _continued(session, response, asked) if session else None
    response |= {"session_id": continued, "cached": held is not None, "request_id": request_id}
    record(response)
    yield Event("done", response)


def _new(asked: Inquiry, turns: tuple[Turn, ...], generate: Generate) -> Generator[Event, None, dict[str, Any]]:
    """Writes an answer, and keeps it for whoever asks the same first."""
    question, settings, deadline = asked.question.text, asked.settings, asked.deadline
    earlier = [turn.question for turn in turns[-1:]]  # what "and the second?" is about
    passages = retrieve("\n".join((*earlier, question)), asked.caller, settings, deadline)
    result = yield from written(Task(question, turns, settings, deadline), passages, generate)
    response = response_of(masked(result, settings, deadline), settings)
    if not turns and result.outcome == ANSWERED and not result.withheld:
        cache.kept(response, asked.caller, question, settings, deadline)
    return response


def _continued(session: Session, response: dict[str, Any], asked: Inquiry) -> str | None:
    """The id by which the caller goes on: of the session as it was kept, or as it was before."""
    goes_on = response["outcome"] in GONE_THROUGH and response["answer"]
    turn = Turn(asked.question.text, response["answer"]) if goes_on else None
    kept = sessions.kept(session, turn, asked.settings, asked.deadline)
    return session.id if kept or session.revision else None
