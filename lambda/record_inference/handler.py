"""Records what became of inferences."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import batches
from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.runtime import task
from record_inference.logic import Environment, record

CALLS = 3
"""A write, and for a failure a message and a write."""


@task
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Records each notice and reports exactly the messages that failed."""
    told = environment(Environment)
    seconds = CALLS * worst_case_seconds("dynamodb")
    return batches.process(event, context, each=lambda body: record(body, told), seconds=seconds)
