"""Cleans up after an execution that ended without doing so itself."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.data_classes import EventBridgeEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from close_transform.logic import parse
from documents import jobs as slots
from documents.environment import environment
from documents.runtime import identify, task
from transforms import endings, jobs, rows
from transforms.endings import Places


@dataclass(frozen=True)
class Environment:
    """What this function is told beyond where ends are told."""

    job_prefix: str
    runs_table: str
    tries: int


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    """Stops the execution's jobs, frees its slot, and records its plan as failed, unless the execution did so itself."""
    told = environment(Environment)
    plan, reason = parse(EventBridgeEvent(event).detail)
    identify(plan.id, plan.attempt)
    stopped = [jobs.stop(plan.job_name(told.job_prefix, number)) for number in range(1, told.tries + 1)]
    slots.release_slot(told.runs_table, plan.name)
    recorded = endings.finish(plan.as_dict(), {"status": rows.FAILED, "reason": reason}, environment(Places))
    return {"recorded": recorded, "stopped": any(stopped)}
