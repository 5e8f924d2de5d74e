"""Finds language, entities, key phrases and personal data in the text."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.environment import environment
from documents.naming import Document
from documents.runtime import identify, task
from enrich_text.logic import Settings, enrich


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns where the findings lie, and what they count."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    return enrich(document.id, event["attempt"], environment(Settings), context)
