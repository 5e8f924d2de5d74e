"""From Textract's completion notice to the task that waits for it.

https://docs.aws.amazon.com/textract/latest/dg/async-notification-payload.html
"""

import json
from typing import Any

from documents import answers, jobs
from documents.errors import MalformedEvent
from documents.runtime import count, logger


def complete(body: str, jobs_table: str) -> None:
    """Ends the task that waits for the job; late, repeated and unknown notices have no effect.

    Whether the job succeeded is left to the function that collects the result.
    """
    notice = parse(body)
    record = jobs.noticed(jobs_table, notice["JobTag"], notice["JobId"], notice["Status"])
    if record is None:
        count("UnknownNotices")
        logger.warning("nobody waits for this job", job_id=notice["JobId"])
    elif not answers.send(record["task_token"], {"job_id": notice["JobId"], "status": notice["Status"]}):
        count("LateNotices")


def parse(body: str) -> dict[str, Any]:
    """Textract's message, out of SNS's envelope unless the subscription delivers raw messages."""
    try:
        message = json.loads(body)
        notice: dict[str, Any] = json.loads(message["Message"]) if "Message" in message else message
        if not all(isinstance(notice[name], str) and notice[name] for name in ("JobId", "JobTag", "Status")):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedEvent("MALFORMED_NOTICE", f"The message is no notice of Textract: {type(error).__name__}.") from None
    return notice
