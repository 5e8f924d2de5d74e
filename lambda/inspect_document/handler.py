"""Decides, before anything billable, whether and how a document is analysed."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.environment import environment
from documents.naming import Document
from documents.runtime import identify, task
from inspect_document.logic import Rules, inspect


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns the verdict on ``event["document"]`` and the analyses that it needs."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    return inspect(document, environment(Rules), context)
