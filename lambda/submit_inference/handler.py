"""Submits uploaded inputs to an asynchronous endpoint."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import batches
from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.runtime import task
from submit_inference.logic import Environment, submit

OTHER_CALLS = 3
"""A claim, and what became of it: at most two further writes, or a write, a message and a write."""


@task
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Submits the input of each message and reports exactly the messages that failed."""
    told = environment(Environment)
    seconds = worst_case_seconds("sagemaker-runtime") + OTHER_CALLS * worst_case_seconds("dynamodb")
    return batches.process(event, context, each=lambda body: submit(body, told), seconds=seconds)
