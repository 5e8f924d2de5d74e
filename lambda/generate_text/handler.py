"""Has a language model write a text, all at once."""

from typing import Any

from generate_text.logic import written
from generations.prompts import prompt_of
from generations.settings import GenerationSettings
from inference.callers import claims_of
from inference.deadlines import Deadline
from inference.endpoint import Prediction
from inference.requests import parse
from inference.serving import served
from inference.settings import settings


@served
def handler(event: Any, context: Any) -> Prediction:
    """Answers one request of API Gateway's proxy integration."""
    told = settings(GenerationSettings)
    claims_of(event, told)
    return written(prompt_of(parse(event, told), told), told, Deadline(context), context.aws_request_id)
