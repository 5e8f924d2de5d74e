"""Frees a knowledge base after a run that could not do so itself."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.data_classes import EventBridgeEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from close_sync.logic import ask_again, name_of
from documents.environment import environment
from documents.runtime import task
from syncing import runs


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    sync_table: str
    changes_queue_url: str


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    """Lets the knowledge base go if the run held it, and asks for another run if there are changes that none has taken."""
    told = environment(Environment)
    item = runs.free(told.sync_table, name_of(EventBridgeEvent(event).detail))
    return {"asked_again": ask_again(item, told.changes_queue_url)}
