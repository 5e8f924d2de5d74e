"""Finds inferences that will get no answer any more."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.environment import environment
from documents.runtime import task
from sweep_inferences.logic import Environment, sweep


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Gives up what has waited longer than SageMaker keeps a request."""
    return sweep(environment(Environment), context)
