"""What a message asks for: the objects of a manifest or a request file that was uploaded, or those of a prefix whose time has come.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformS3DataSource.html and
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from documents import intake
from documents.errors import MalformedEvent
from documents.naming import ID_LENGTH, Document
from transforms.plans import MOST_ATTEMPTS

SCHEDULE = "blueprint.schedule"
DATE = "{date}"


@dataclass(frozen=True)
class Request:
    """Something that somebody wants transformed: what a file of the bucket says, or else the objects below ``prefix``."""

    id: str
    attempt: int
    event: dict[str, Any]
    address: str
    file: Document | None = None
    prefix: str = ""

    @property
    def version_id(self) -> str | None:
        """The version of the file."""
        return self.file.version_id if self.file else None

    @property
    def identity(self) -> dict[str, Any]:
        """What the index knows of it before anything is planned."""
        known = {"id": self.id, "attempt": self.attempt, "request": self.address, "version_id": self.version_id}
        return known | {"event": self.event}


def parse(body: str, bucket: str) -> Request | None:
    """The request of a message; None for what the console makes of a folder.

    Args:
        body: The message.
        bucket: Holds the data of prefixes.

    Raises:
        MalformedEvent: ``body`` is neither an event of S3 nor one of a schedule.
    """
    if _source(body) == SCHEDULE:
        return _scheduled(json.loads(body), bucket)
    found = intake.parse(body)
    if found.is_folder:
        return None
    document = found.document
    _check_attempt(found.attempt)
    return Request(document.id, found.attempt, found.event, document.path, file=document)


def _source(body: str) -> Any:
    try:
        return json.loads(body)["source"]
    except (ValueError, KeyError, TypeError):
        return None


def _scheduled(event: dict[str, Any], bucket: str) -> Request:
    try:
        detail, attempt = event["detail"], event.get("attempt", 1)
        moment = datetime.fromisoformat(detail["time"])
        prefix = str(detail["prefix"]).replace(DATE, moment.date().isoformat())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedEvent("MALFORMED_EVENT", f"The message is none of a schedule: {type(error).__name__}.") from None
    _check_attempt(attempt)
    digest = hashlib.sha256(f"{bucket}\n{prefix}\n{moment.isoformat()}".encode()).hexdigest()
    return Request(digest[:ID_LENGTH], attempt, event, f"{bucket}/{prefix}", prefix=prefix)


def _check_attempt(attempt: object) -> None:
    if type(attempt) is not int or not 1 <= attempt <= MOST_ATTEMPTS:
        raise MalformedEvent("MALFORMED_EVENT", f"The attempt must be 1 to {MOST_ATTEMPTS}.")
