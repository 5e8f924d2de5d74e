"""Tells what came of an ingestion job."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from documents.environment import environment
from documents.errors import MalformedEvent
from documents.runtime import task
from report_ingestion.ingestion import Base, Ingestion
from report_ingestion.logic import report
from syncing.problems import Desk

RESERVE_MILLISECONDS = 120_000


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Counts what the job did and tells its problems; answers with 1 if the data source was not taken in."""
    failed = report(
        _ingestion(event),
        environment(Base),
        environment(Desk),
        in_time=lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS,
    )
    return {"failed": int(failed)}


def _ingestion(event: dict[str, Any]) -> Ingestion:
    try:
        source, error = event["source"], event["error"]
        reason = f"{error['code']}: {error['message']}" if error else None
        return Ingestion(source["name"], source["id"], event["run"], event["job"], reason)
    except (KeyError, TypeError) as wrong:
        raise MalformedEvent("MALFORMED_EVENT", f"The event is no end of an ingestion job: {type(wrong).__name__}.") from None
