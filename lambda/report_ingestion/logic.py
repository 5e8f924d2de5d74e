"""From the end of an ingestion job to metrics and messages."""

from collections.abc import Callable
from typing import Any

from documents.clients import client
from documents.runtime import count, logger
from report_ingestion.ingestion import Base, Ingestion
from report_ingestion.listing import problems_of
from syncing.problems import Desk, Problem

MOST_TOLD = 1000
COUNTED = {
    "DocumentsIndexed": ("numberOfNewDocumentsIndexed", "numberOfModifiedDocumentsIndexed"),
    "DocumentsDeleted": ("numberOfDocumentsDeleted",),
    "DocumentsFailed": ("numberOfDocumentsFailed",),
}
"""https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_IngestionJobStatistics.html"""
SCANNED = ("numberOfDocumentsScanned", "numberOfMetadataDocumentsScanned")


def report(ingestion: Ingestion, base: Base, desk: Desk, in_time: Callable[[], bool]) -> bool:
    """Counts what the job did and tells what is wrong; says whether the data source could not be taken in.

    Args:
        ingestion: What has ended.
        base: The knowledge base.
        desk: Where problems are told.
        in_time: Whether there is time for one more; what is left is told after the next job.
    """
    job = _job(ingestion, base) if ingestion.job_id else {}
    statistics = job.get("statistics", {})
    failure = _failure(ingestion, job)
    _count(statistics, failed=failure is not None)
    if failure:
        desk.tell(failure)
    if not any(number for name, number in statistics.items() if name not in SCANNED):
        return failure is not None
    told = 0
    for problem in problems_of(ingestion, base):
        if told == MOST_TOLD or not in_time():
            logger.warning("there are more documents with problems than could be told")
            break
        told += desk.tell(problem)
    return failure is not None


def _job(ingestion: Ingestion, base: Base) -> dict[str, Any]:
    answer = client("bedrock-agent").get_ingestion_job(
        knowledgeBaseId=base.knowledge_base_id, dataSourceId=ingestion.source_id, ingestionJobId=ingestion.job_id
    )
    job: dict[str, Any] = answer["ingestionJob"]
    return job


def _failure(ingestion: Ingestion, job: dict[str, Any]) -> Problem | None:
    if job.get("status") == "COMPLETE":
        return None
    status = job.get("status", "NOT_STARTED")
    reasons = [reason for reason in (ingestion.error, *job.get("failureReasons", ())) if reason]
    return Problem(
        ingestion.job_id or ingestion.run,
        status,
        "; ".join(reasons) or "The job ended without a reason.",
        data_source=ingestion.source_name,
        job=ingestion.job_id,
        kind="ingestion",
    )


def _count(statistics: dict[str, int], *, failed: bool) -> None:
    for name, parts in COUNTED.items():
        count(name, sum(statistics.get(part, 0) for part in parts))
    count("IngestionFailures", int(failed))
