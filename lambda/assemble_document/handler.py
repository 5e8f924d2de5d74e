"""Turns Textract's responses into text, fields and tables."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from assemble_document.logic import Settings, assemble
from documents.environment import environment
from documents.naming import Document
from documents.runtime import identify, task


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns where the assembled document lies, and what it counts."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    return assemble(document, event["attempt"], event["analyses"], environment(Settings))
