"""Starts an analysis whose end Textract announces."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.naming import Document
from documents.runtime import identify, require_time, task
from documents.textract import Analysis
from start_textract_job.logic import Settings, start


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Starts the job of ``event["analysis"]``; ``event["task_token"]`` is answered when it ends."""
    document = Document.of(event)
    identify(document.id, event["attempt"])
    require_time(context, worst_case_seconds("textract"))
    return {"job_id": start(document, event["attempt"], Analysis.of(event), event["task_token"], environment(Settings))}
