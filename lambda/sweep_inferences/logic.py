"""From the time of day to rows of which nothing more will be heard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents import tables
from documents.clients import client, worst_case_seconds
from documents.runtime import count, identify, logger, require_time
from submissions import failures, rows

BY_STATUS = "by-status"
CALLS = 3
REASONS = {
    rows.SUBMITTED: failures.reason("LOST", "SageMaker took the request and never told what became of it."),
    rows.SUBMITTING: failures.reason("NOT_SUBMITTED", "SageMaker did not take the request; see the log of submit_inference."),
}


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    inferences_table: str
    failed_queue_url: str
    answer_seconds: int


def sweep(told: Environment, context: LambdaContext) -> dict[str, int]:
    """Gives up every row that has waited for ``answer_seconds``, and tells of those that SageMaker had taken.

    People are told first, so that nothing is given up silently when the function is cut off; an answer that comes in between wins.
    What was not taken is told of by its own message, which its queue moves to the failed ones.

    Raises:
        TransientServiceError: There is no time for all of them; the next run goes on.
    """
    before = (datetime.now(UTC) - timedelta(seconds=told.answer_seconds)).isoformat(timespec="milliseconds")
    given_up = 0
    for status, why in REASONS.items():
        for row in _waiting(told.inferences_table, status, before):
            require_time(context, CALLS * worst_case_seconds("dynamodb"))
            identify(row[rows.KEY], row["attempt"])
            given_up += _give_up(row, why, told)
    return {"given_up": given_up}


def _give_up(row: dict[str, Any], why: dict[str, str], told: Environment) -> int:
    if row["status"] == rows.SUBMITTED:
        failures.tell(told.inferences_table, told.failed_queue_url, row | {"status": rows.FAILED, "reason": why})
    if rows.give_up(told.inferences_table, row, why) is None:
        return 0
    count("InferencesLost")
    logger.warning("given up", code=why["code"])
    return 1


def _waiting(table: str, status: str, before: str) -> Iterator[dict[str, Any]]:
    pages = (
        client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName=BY_STATUS,
            KeyConditionExpression="#status = :status AND #updated_at < :before",
            ExpressionAttributeNames={"#status": "status", "#updated_at": "updated_at"},
            ExpressionAttributeValues=tables.attributes({":status": status, ":before": before}),
        )
    )
    for page in pages:
        yield from (tables.plain(item) for item in page["Items"])
