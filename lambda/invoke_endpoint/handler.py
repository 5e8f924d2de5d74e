"""Has an endpoint make predictions for callers of an API."""

from typing import Any

from inference.callers import claims_of
from inference.deadlines import Deadline
from inference.endpoint import Prediction, invoke
from inference.requests import parse
from inference.serving import served
from inference.settings import Settings, settings


@served
def handler(event: Any, context: Any) -> Prediction:
    """Passes the body of one request of API Gateway's proxy integration on to the model, and the model's answer back."""
    told = settings(Settings)
    claims_of(event, told)
    return invoke(parse(event, told), told, Deadline(context), context.aws_request_id)
