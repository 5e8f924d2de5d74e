"""All pages of a job's result, streamed to S3."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from collect_textract_job.page_ranges import merged
from documents import storage, textract
from documents.clients import client, worst_case_seconds
from documents.errors import JobFailed, JobInProgress
from documents.runtime import count, require_time
from documents.storage import Location
from documents.textract import Analysis

MAX_CALLS = 20_000
STATUS_WORD = re.compile(r"[A-Z][A-Z_]{1,63}")
SPARE_SECONDS = 20


def collect(analysis: Analysis, record: dict[str, Any], location: Location, context: LambdaContext) -> dict[str, Any]:
    """Stores the job's responses at ``location`` and tells pages, status and warnings.

    Raises:
        JobInProgress: The job has not ended.
        JobFailed: It ended without a result, was never started, or Textract repeats itself.
    """
    if not record.get("job_id"):
        raise JobFailed("NOT_STARTED", "No job of this document and kind was started.")
    responses = _responses(analysis, record["job_id"], context)
    first = next(responses)
    status = _ended(first)
    warnings: list[dict[str, Any]] = []
    storage.write_responses(location, analysis.kind, _noting(warnings, itertools.chain([first], responses)))
    pages = first.get("DocumentMetadata", {}).get("Pages", 0)
    count("PagesAnalyzed", pages)
    return {"kind": analysis.kind, "location": location, "pages": pages, "status": status, "warnings": merged(warnings)}


def _responses(analysis: Analysis, job_id: str, context: LambdaContext) -> Iterator[dict[str, Any]]:
    operation = getattr(client("textract"), textract.GET[analysis.family])
    token: dict[str, str] = {}
    seen: set[str] = set()
    for _ in range(MAX_CALLS):
        require_time(context, worst_case_seconds("textract") if not seen else SPARE_SECONDS)
        response: dict[str, Any] = operation(JobId=job_id, **token)
        response.pop("ResponseMetadata", None)
        following = response.pop("NextToken", None)
        yield response
        if not following:
            return
        if following in seen:
            raise JobFailed("REPEATED_PAGE", "Textract offers the same page of the result again.")
        seen.add(following)
        token = {"NextToken": following}
    raise JobFailed("TOO_MANY_CALLS", f"The result has more than {MAX_CALLS} pages.")


def _ended(response: dict[str, Any]) -> str:
    status: str = response.get("JobStatus", "FAILED")
    if status == "IN_PROGRESS":
        raise JobInProgress("IN_PROGRESS", "Textract is still at work.")
    if status not in ("SUCCEEDED", "PARTIAL_SUCCESS"):
        message = response.get("StatusMessage", "")
        raise JobFailed(message if STATUS_WORD.fullmatch(message) else "JOB_FAILED", "Textract could not finish the job.")
    return status


def _noting(warnings: list[dict[str, Any]], responses: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for response in responses:
        warnings += response.get("Warnings", ())
        yield response
