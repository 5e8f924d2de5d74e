"""Cleans up after an execution that ended without doing so itself."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.data_classes import EventBridgeEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from close_execution.logic import parse
from documents import jobs, rejections
from documents.environment import environment
from documents.rejections import Places
from documents.runtime import identify, task


@dataclass(frozen=True)
class Environment:
    """What this function is told beyond where rejections are recorded."""

    jobs_table: str


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Frees the execution's slot and records its document as failed, unless the execution did so itself."""
    rejection = parse(EventBridgeEvent(event).detail)
    identify(rejection.document.id, rejection.attempt)
    jobs.release_slot(environment(Environment).jobs_table, rejection.name)
    return {"recorded": rejections.reject(rejection, environment(Places))}
