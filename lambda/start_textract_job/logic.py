"""One asynchronous call of Textract, and the record by which its notice finds the waiting task."""

from dataclasses import dataclass
from typing import Any

from documents import answers, jobs, textract
from documents.clients import client
from documents.naming import Document, job_tag
from documents.textract import Analysis


@dataclass(frozen=True)
class Settings:
    """What this function is told.

    Args:
        jobs_table: Where job records go.
        notification_topic_arn: Where Textract announces the end of a job.
        notification_role_arn: The role in which it does so.
        queries: The questions to ask, as ``{"text", "alias"?, "pages"?}``.
    """

    jobs_table: str
    notification_topic_arn: str
    notification_role_arn: str
    queries: tuple[dict[str, Any], ...] = ()


def start(document: Document, attempt: int, analysis: Analysis, task_token: str, settings: Settings) -> str:
    """Starts the job, or finds it when it was started before, and returns its id.

    Raises:
        DocumentRejected: Textract does not take the document.
        TransientServiceError: Textract is busy.
    """
    tag = job_tag(document.id, attempt, analysis.kind)
    channel = {"SNSTopicArn": settings.notification_topic_arn, "RoleArn": settings.notification_role_arn}
    operation, parameters = textract.start_call(document, analysis, settings.queries, tag=tag, channel=channel)
    jobs.expect(settings.jobs_table, tag, task_token=task_token, kind=analysis.kind, document_id=document.id)
    job_id: str = getattr(client("textract"), operation)(**parameters)["JobId"]
    record = jobs.started(settings.jobs_table, tag, job_id)
    if "notice" in record:
        answers.send(task_token, {"job_id": job_id, "status": record["notice"]})
    return job_id
