"""Fetches what a Textract job found."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from collect_textract_job.logic import collect
from documents import jobs
from documents.environment import environment
from documents.naming import Document, job_tag, work_key
from documents.runtime import identify, task
from documents.storage import Location
from documents.textract import Analysis


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    jobs_table: str
    results_bucket: str


@task
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns where the raw responses of the job of ``event["analysis"]`` lie."""
    document, attempt, analysis = Document.of(event), event["attempt"], Analysis.of(event)
    identify(document.id, attempt)
    known = environment(Environment)
    record = jobs.find(known.jobs_table, job_tag(document.id, attempt, analysis.kind))
    location: Location = {"bucket": known.results_bucket, "key": work_key(document.id, attempt, f"{analysis.kind}.json")}
    return collect(analysis, record, location, context)
