"""Stores the result and indexes it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.environment import environment
from documents.naming import Document
from documents.runtime import identify, task
from store_result.logic import Settings, store


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns the status of the document and where its result lies."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    return store(document, event["attempt"], event, environment(Settings))
