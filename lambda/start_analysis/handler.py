"""Starts one execution per uploaded document."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import batches
from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.runtime import task
from start_analysis.logic import start


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    state_machine_arn: str


@task
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Starts an execution for each message and reports exactly the messages that failed."""
    state_machine_arn = environment(Environment).state_machine_arn
    return batches.process(event, context, each=lambda body: start(body, state_machine_arn), seconds=worst_case_seconds("stepfunctions"))
