"""What callers get."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

from questions.citations import citations
from questions.errors import RETRY_SECONDS, QuestionError
from questions.outcomes import ANSWERED, TRUNCATED
from questions.replies import Usage
from questions.retrieval import Passage
from questions.settings import Settings

HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Result:
    """What became of a question, before it is put into words.

    Args:
        outcome: One of those of :mod:`questions.outcomes`.
        answer: What may be shown.
        passages: Those that the model was sent, the best first; citations count them from 1.
        withheld: Those that the guardrail stopped.
        intervened: Whether the guardrail stopped or masked anything.
        policies: The policies for which it did.
        masked: Whether parts of what the model was sent, or of what it wrote, were masked.
        usage: What all calls of the model together cost.
    """

    outcome: str
    answer: str = ""
    passages: Sequence[Passage] = ()
    withheld: Sequence[Passage] = ()
    intervened: bool = False
    policies: Iterable[str] = ()
    masked: bool = False
    usage: Usage = field(default_factory=Usage)


def response_of(result: Result, settings: Settings) -> dict[str, Any]:
    """The response without what belongs to one request."""
    shown = result.outcome in (ANSWERED, TRUNCATED)
    return {
        "outcome": result.outcome,
        "answer": result.answer,
        "citations": citations(result.answer, result.passages) if shown else [],
        "passages": listed(result.passages),
        "withheld": list(dict.fromkeys(passage.source for passage in result.withheld)),
        "model": settings.model_name,
        "guardrail": {"intervened": result.intervened, "policies": sorted(result.policies)},
        "usage": asdict(result.usage),
    }


def listed(passages: Iterable[Passage]) -> list[dict[str, Any]]:
    """Passages in rank order, without their text."""
    return [{"source": passage.source, "score": passage.score, "page": passage.page} for passage in passages]


def buffered(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A response of API Gateway's proxy integration."""
    return {"statusCode": int(status), "headers": HEADERS | (headers or {}), "body": json.dumps(body)}


def failure(error: QuestionError, request_id: str) -> tuple[HTTPStatus, dict[str, Any], dict[str, str]]:
    """Status, body and headers of an error."""
    headers = {"Retry-After": str(RETRY_SECONDS)} if error.again else {}
    return error.status, {"message": error.message, "request_id": request_id}, headers
