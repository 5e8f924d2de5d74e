"""What is wrong with documents and jobs, told once."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from documents import tables
from documents.clients import client

KEEP_DAYS = 90
LONGEST_REASON = 1000
REFUSED = "refused"


@dataclass(frozen=True)
class Problem:
    """A document, or a job, that somebody has to look at.

    Args:
        subject: The document's address; else the job's id, or the execution's name.
        status: What is wrong, in capitals.
        reason: Why, for an operator.
        version: Changes with the document, such as its ETag; empty where that can't be known.
        key: The document's key, if it lies in a bucket.
        data_source: Name of the data source that has the problem; left out, the check of uploads has found it.
        job: Id of the job that has met it.
        kind: ``document``, or ``ingestion`` where a whole data source could not be taken in.
    """

    subject: str
    status: str
    reason: str
    version: str = ""
    key: str | None = None
    data_source: str | None = None
    job: str | None = None
    kind: str = "document"

    @property
    def record(self) -> dict[str, str]:
        """The key of what was told about the subject."""
        return {"pk": f"problem#{_digest(self.subject)}"}

    @property
    def told(self) -> dict[str, str]:
        """What is kept of it: the reason is not, because it may name a request that differs each time."""
        if self.data_source is None:
            return {REFUSED: self.version}
        return {f"source_{_digest(self.data_source)[:16]}": f"{self.status} {self.version}"}

    @property
    def message(self) -> dict[str, Any]:
        """What the queue gets."""
        return {
            "kind": self.kind,
            "uri": self.subject if self.kind == "document" else None,
            "key": self.key,
            "status": self.status,
            "reason": self.reason[:LONGEST_REASON],
            "data_source": self.data_source,
            "job": self.job,
        }


@dataclass(frozen=True)
class Desk:
    """Where problems are told.

    Args:
        sync_table: Remembers what was told.
        failed_queue_url: Gets each problem.
    """

    sync_table: str
    failed_queue_url: str

    def tell(self, problem: Problem) -> bool:
        """Tells a problem unless that was done; after a crash in between it is told twice rather than never."""
        known = tables.get(self.sync_table, problem.record)
        if problem.told.items() <= known.items() or (problem.version and known.get(REFUSED) == problem.version):
            return False
        client("sqs").send_message(QueueUrl=self.failed_queue_url, MessageBody=json.dumps(problem.message))
        tables.update(self.sync_table, problem.record, {**problem.told, "expires_at": tables.expiry(KEEP_DAYS)})
        return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
