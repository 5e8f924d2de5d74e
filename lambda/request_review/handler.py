"""Asks people to check the fields that Textract was unsure of."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.environment import environment
from documents.naming import Document
from documents.runtime import identify, task
from request_review.logic import Settings, request


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Opens the review that answers ``event["task_token"]``."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    review_id = request(document, event["attempt"], event["assembly"]["location"], event["task_token"], environment(Settings))
    return {"review_id": review_id}
