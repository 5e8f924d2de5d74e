"""Analyses a single-page document at once."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from analyze_image.logic import Settings, analyze
from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.naming import Document
from documents.runtime import identify, require_time, task
from documents.textract import Analysis


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns where the raw responses of ``event["analysis"]`` lie."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    require_time(context, worst_case_seconds("textract"))
    return analyze(document, event["attempt"], Analysis.of(event), environment(Settings))
