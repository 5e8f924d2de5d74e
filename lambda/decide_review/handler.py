"""Serves the review API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types
from aws_lambda_powertools.utilities.typing import LambdaContext

from decide_review import decisions, views
from documents.environment import environment
from documents.runtime import guarded, task

api = APIGatewayRestResolver()


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    reviews_table: str


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request of API Gateway's proxy integration."""
    return api.resolve(event, context)


@api.get("/reviews")
def list_reviews() -> Response[str]:
    """One page of the reviews of a status, oldest first."""
    return _answer(views.listed, api.current_event.query_string_parameters or {})


@api.get("/reviews/<review_id>")
def get_review(review_id: str) -> Response[str]:
    """One review with the fields in doubt."""
    return _answer(views.single, review_id)


@api.post("/reviews/<review_id>/decision")
def decide_review(review_id: str) -> Response[str]:
    """Records and delivers a reviewer's decision."""
    caller = api.current_event.request_context.identity.user_arn or ""
    return _answer(decisions.decide, review_id, api.current_event.body or "", caller)


def _answer(function: Callable[..., views.Answer], *arguments: Any) -> Response[str]:
    """What ``function`` says; guarded here already, since the resolver logs what a route raises."""
    answer = guarded(function, environment(Environment).reviews_table, *arguments)
    return Response(status_code=answer.status, content_type=content_types.APPLICATION_JSON, body=answer.json())
