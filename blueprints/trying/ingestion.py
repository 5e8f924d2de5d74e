"""Puts documents into a deployed knowledge base, and follows them until each has its end."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blueprints.trying.files import Upload
from blueprints.trying.trial import Session

INDEXED = ("INDEXED",)
FAILED = ("FAILED", "IGNORED", "PARTIALLY_INDEXED", "METADATA_PARTIALLY_INDEXED", "METADATA_UPDATE_FAILED")
NO_END = "NO END"
PATIENCE_SECONDS = 180
"""How long no document may come to its end before the rest are given up, although a sync goes on."""
QUIET_SECONDS = 20
"""How long no sync may go on before they are."""
PAUSE_SECONDS = 0.5


@dataclass
class Ingested:
    """What became of one document.

    Args:
        upload: The file and its key.
        status: As Bedrock tells it, or ``NO END``.
        reason: Why it isn't indexed, where Bedrock says so.
    """

    upload: Upload
    status: str = NO_END
    reason: str = ""


@dataclass
class Ingestion:
    """What became of the documents.

    Args:
        documents: Each of them.
        runs: The ingestion jobs with their statistics, in order.
        seconds: From the first upload until the last document had its end.
        chunks: How many passages the vector store holds; ``None`` where it doesn't tell.
    """

    documents: list[Ingested]
    runs: list[Mapping[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    chunks: int | None = None

    @property
    def complete(self) -> bool:
        """Whether each document has its end."""
        return all(document.status != NO_END for document in self.documents)

    def with_status(self, *statuses: str) -> list[Ingested]:
        """Returns the documents that ended so."""
        return [document for document in self.documents if document.status in statuses]


class Intake:
    """Uploads documents to a deployment and waits for its sync.

    Args:
        session: The deployment.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._outputs = session.outputs
        self._bucket = session.outputs["DocumentsBucketName"]
        self._source = {"knowledgeBaseId": session.outputs["KnowledgeBaseId"], "dataSourceId": session.outputs["DataSourceId"]}
        self._bedrock = session.aws.client("bedrock-agent")

    def take_in(self, uploads: Sequence[Upload]) -> Ingestion:
        """Uploads the documents and waits until each is indexed or refused."""
        ingestion = Ingestion([Ingested(upload) for upload in uploads])
        before = {run["ingestionJobId"] for run in self._runs()}
        started = time.monotonic()
        s3 = self._session.aws.client("s3")
        with self._session.steps.progress() as progress:
            bar = progress.add_task("Documents", total=len(uploads))
            for upload in uploads:
                s3.upload_file(str(upload.path), self._bucket, upload.key)
            ended, latest, busy = 0, time.monotonic(), time.monotonic()
            while time.monotonic() - latest < PATIENCE_SECONDS and time.monotonic() - busy < QUIET_SECONDS:
                time.sleep(PAUSE_SECONDS)
                rests = self._rests()
                busy = busy if rests else time.monotonic()
                if (now := self._look(ingestion.documents)) > ended:
                    latest, ended = time.monotonic(), now
                    progress.update(bar, completed=ended)
                ingestion.runs = [run for run in self._runs() if run["ingestionJobId"] not in before]
                if rests and ingestion.complete and ingestion.runs:
                    break
        ingestion.seconds = round(time.monotonic() - started, 1)
        ingestion.chunks = chunks(self._bedrock, self._session.aws.client("s3vectors"), self._source["knowledgeBaseId"])
        return ingestion

    def _look(self, documents: Sequence[Ingested]) -> int:
        """Notes what became of the documents, and returns how many have their end."""
        pages = self._bedrock.get_paginator("list_knowledge_base_documents").paginate(**self._source)
        found = {detail["identifier"]["s3"]["uri"]: detail for page in pages for detail in page["documentDetails"]}
        for document in documents:
            detail = found.get(f"s3://{self._bucket}/{document.upload.key}", {})
            if detail.get("status") in (*INDEXED, *FAILED):
                document.status, document.reason = detail["status"], detail.get("statusReason", "")
        return sum(document.status != NO_END for document in documents)

    def _rests(self) -> bool:
        """Tells whether no sync is going on and none is asked for."""
        attributes = self._session.aws.client("sqs").get_queue_attributes(QueueUrl=self._outputs["SyncQueueUrl"], AttributeNames=["All"])
        waiting = [int(count) for name, count in attributes["Attributes"].items() if name.startswith("ApproximateNumberOfMessages")]
        machine = self._outputs["SyncStateMachineArn"]
        running = self._session.aws.client("stepfunctions").list_executions(stateMachineArn=machine, statusFilter="RUNNING")
        return not any(waiting) and not running["executions"]

    def _runs(self) -> list[Mapping[str, Any]]:
        pages = self._bedrock.get_paginator("list_ingestion_jobs").paginate(**self._source)
        return sorted((run for page in pages for run in page["ingestionJobSummaries"]), key=lambda run: str(run["startedAt"]))


def chunks(bedrock: Any, vectors: Any, knowledge_base_id: str) -> int | None:
    """Returns how many passages the index of a knowledge base holds; ``None`` where the store isn't S3 Vectors, which can list them."""
    storage = bedrock.get_knowledge_base(knowledgeBaseId=knowledge_base_id)["knowledgeBase"].get("storageConfiguration", {})
    vector_index = storage.get("s3VectorsConfiguration")
    if vector_index is None:
        return None
    index = vector_index.get("indexArn") or f"{vector_index['vectorBucketArn']}/index/{vector_index['indexName']}"
    return sum(len(page["vectors"]) for page in vectors.get_paginator("list_vectors").paginate(indexArn=index))
