"""Has a knowledge base brought up to date when its documents have changed."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import batches
from documents.clients import worst_case_seconds
from documents.environment import environment
from documents.runtime import task
from request_sync.logic import Changes, start_run
from syncing.problems import Desk

CALLS = 6
"""What a message takes at most: three to tell a problem, three to write a label. If the function is cut off, all messages come again."""


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    documents_bucket: str
    state_machine_arn: str
    file_types: tuple[str, ...]
    tenant_attribute: str = ""


@task
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Looks at each change on its own, then asks for one run for all; when that fails, all of them come again."""
    told, desk = environment(Environment), environment(Desk)
    changes = Changes(told.documents_bucket, told.file_types, told.tenant_attribute, desk)
    answer = batches.process(event, context, each=changes.take, seconds=CALLS * worst_case_seconds("s3"))
    if changes.wanted:
        start_run(desk.sync_table, told.state_machine_arn, everything=changes.everything)
    return answer
