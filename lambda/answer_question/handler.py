"""Answers a question, all at once."""

from typing import Any

from answer_question.logic import converse
from questions.answering import answered, inquiry
from questions.responses import buffered, failure
from questions.runtime import buffered as observed
from questions.runtime import named
from questions.settings import settings


@observed
def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answers one request of API Gateway's proxy integration."""
    try:
        *_, done = answered(inquiry(event, context, settings()), converse, context.aws_request_id)
    except Exception as error:  # whatever it is, the caller gets a status and no text of it
        status, body, headers = failure(named(error), context.aws_request_id)
        return buffered(status, body, headers)
    return buffered(200, done.data)
