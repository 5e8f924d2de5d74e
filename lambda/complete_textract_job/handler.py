"""Wakes the task that waits for a Textract job."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from complete_textract_job.logic import complete
from documents import batches
from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.runtime import task


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    jobs_table: str


@task
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Answers the task of each notice and reports exactly the messages that failed."""
    table = environment(Environment).jobs_table
    seconds = worst_case_seconds("dynamodb") + worst_case_seconds("stepfunctions")
    return batches.process(event, context, each=lambda body: complete(body, table), seconds=seconds)
