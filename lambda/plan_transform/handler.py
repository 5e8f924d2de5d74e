"""Checks what is to be transformed, and starts one execution for it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import batches
from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.runtime import task
from plan_transform.logic import Environment, plan

OTHER_CALLS = 3
"""Writing the manifest, starting the execution, and recording either it or what is wrong."""


@task
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Plans what each message asks for and reports exactly the messages that failed."""
    told = environment(Environment)
    seconds = OTHER_CALLS * worst_case_seconds("stepfunctions")
    return batches.process(event, context, each=lambda body: plan(body, told, context), seconds=seconds)
