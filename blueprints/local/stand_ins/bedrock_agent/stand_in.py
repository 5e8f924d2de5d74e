"""Ingestion of Amazon Bedrock Knowledge Bases: text is really read and cut, and its vectors are those of the embedding model."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local import constraints
from blueprints.local.bedrock.knowledge_bases import acting_as, index_of
from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.bedrock_agent import jobs
from blueprints.local.stand_ins.bedrock_agent.ingestion import Ingestion, RefusedError
from blueprints.local.stand_ins.bedrock_agent.jobs import Document, Job

Request = Mapping[str, Any]
Answer = dict[str, Any]
PAGE = 100
log = logging.getLogger(__name__)


class BedrockAgentStandIn:
    """Answers for ingestion jobs and the documents that they met.

    Follows https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_StartIngestionJob.html and its neighbours.

    Args:
        seconds_to_start: How long a job takes to begin.
    """

    name = "MiniLM chunks"
    service = "bedrock-agent"

    def __init__(self, *, seconds_to_start: float = 0.2) -> None:
        self._seconds = seconds_to_start
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._documents: dict[tuple[str, str], dict[str, Document]] = {}
        self._answers: Mapping[str, Callable[[Request, ClientFactory], Answer]] = {
            "StartIngestionJob": self._start,
            "GetIngestionJob": lambda request, _aws: {"ingestionJob": self._job(request).answer()},
            "ListIngestionJobs": self._list,
            "StopIngestionJob": self._stop,
            "ListKnowledgeBaseDocuments": self._list_documents,
            "GetKnowledgeBaseDocuments": self._get_documents,
            "DeleteKnowledgeBaseDocuments": self._delete_documents,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> Answer:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that Agents for Amazon Bedrock declares for the operation.
        """
        constraints.check(self.service, operation, request)
        return self._answers[operation](request, aws)

    def _start(self, request: Request, aws: ClientFactory) -> Answer:
        base, source = _configured(request, aws)
        token = request.get("clientToken", "")
        with self._lock:
            if known := next((job for job in self._jobs.values() if token and job.token == token), None):
                return {"ingestionJob": known.answer()}
            for other in self._jobs.values():
                if other.source["knowledgeBaseId"] == request["knowledgeBaseId"] and other.status in jobs.RUNNING:
                    message = f"There is an ongoing ingestion job {other.identifier} for the knowledge base {base['knowledgeBaseId']}."
                    raise StandInError("ConflictException", f"{message} Retry your request when it has ended.", 409)
            job = Job(_named(request), token, request.get("description", ""))
            self._jobs[job.identifier] = job
        started = job.answer()
        threading.Thread(target=self._run, args=(job, base, source, aws), daemon=True).start()
        return {"ingestionJob": started}

    def _run(self, job: Job, base: Request, source: Request, aws: ClientFactory) -> None:
        known = self._known(job.source)
        try:
            time.sleep(self._seconds)
            if job.status == jobs.STARTING:
                job.turn(jobs.IN_PROGRESS)
            Ingestion(base, source, known, acting_as(base, aws)).run(job)
            job.turn(jobs.STOPPED if job.stop.is_set() else jobs.COMPLETE)
        except RefusedError as error:
            job.blame(f"Encountered error: {error}")
            job.turn(jobs.FAILED)
        except Exception:
            log.exception("ingestion job %s", job.identifier)
            job.blame("Encountered error: internal error of the stand-in; see the log of the embedded AWS.")
            job.turn(jobs.FAILED)

    def _list(self, request: Request, aws: ClientFactory) -> Answer:
        _configured(request, aws)
        found = [job for job in self._jobs.values() if job.source == _named(request)]
        for wanted in request.get("filters") or ():
            found = [job for job in found if job.status in wanted["values"]]
        order = request.get("sortBy") or {"attribute": "STARTED_AT", "order": "DESCENDING"}
        by_status = order["attribute"] == "STATUS"
        found.sort(key=lambda job: job.status if by_status else job.started.isoformat(), reverse=order["order"] == "DESCENDING")
        rows, rest = _page(found, request)
        return {"ingestionJobSummaries": [job.row() for job in rows], **rest}

    def _stop(self, request: Request, _aws: ClientFactory) -> Answer:
        job = self._job(request)
        if job.status not in jobs.RUNNING:
            raise StandInError("ConflictException", f"Ingestion job {job.identifier} can't be stopped: its status is {job.status}.", 409)
        job.turn(jobs.STOPPING)
        job.stop.set()
        return {"ingestionJob": job.answer()}

    def _list_documents(self, request: Request, aws: ClientFactory) -> Answer:
        _configured(request, aws)
        rows, rest = _page(list(self._known(_named(request)).values()), request)
        return {"documentDetails": [document.row(_named(request)) for document in rows], **rest}

    def _get_documents(self, request: Request, aws: ClientFactory) -> Answer:
        _configured(request, aws)
        known = self._known(_named(request))
        return {"documentDetails": [_row(identifier, known, _named(request)) for identifier in request["documentIdentifiers"]]}

    def _delete_documents(self, request: Request, aws: ClientFactory) -> Answer:
        """Deletes what was made of documents; those that are still in the bucket come back with the next job."""
        base, _ = _configured(request, aws)
        known = self._known(_named(request))
        rows = [_row(identifier, known, _named(request)) for identifier in request["documentIdentifiers"]]
        for row in rows:
            document = known.get(row["identifier"].get("s3", {}).get("uri", ""))
            if document:
                _delete_vectors(base, document.vectors, acting_as(base, aws))
                del known[document.uri]
                row["status"] = "DELETING"
        return {"documentDetails": rows}

    def _job(self, request: Request) -> Job:
        job = self._jobs.get(request["ingestionJobId"])
        if job is None or job.source != _named(request):
            raise StandInError("ResourceNotFoundException", f"Ingestion job with id {request['ingestionJobId']} does not exist.", 404)
        return job

    def _known(self, source: Mapping[str, str]) -> dict[str, Document]:
        return self._documents.setdefault((source["knowledgeBaseId"], source["dataSourceId"]), {})


def _named(request: Request) -> dict[str, str]:
    return {name: request[name] for name in ("knowledgeBaseId", "dataSourceId")}


def _configured(request: Request, aws: ClientFactory) -> tuple[Request, Request]:
    """Returns the knowledge base and the data source that a request names."""
    client = aws("bedrock-agent")
    try:
        source = client.get_data_source(**_named(request))["dataSource"]
        return client.get_knowledge_base(knowledgeBaseId=request["knowledgeBaseId"])["knowledgeBase"], source
    except client.exceptions.ResourceNotFoundException as error:
        raise StandInError("ResourceNotFoundException", error.response["Error"]["Message"], 404) from error


def _delete_vectors(base: Request, keys: Sequence[str], role: ClientFactory) -> None:
    try:
        if keys:
            role("s3vectors").delete_vectors(**index_of(base), keys=list(keys))
    except ClientError as error:
        raise StandInError("ValidationException", error.response["Error"]["Message"]) from error


def _row(identifier: Request, known: Mapping[str, Document], source: Mapping[str, str]) -> dict[str, Any]:
    document = known.get(identifier.get("s3", {}).get("uri", ""))
    return document.row(source) if document else {**source, "identifier": dict(identifier), "status": "NOT_FOUND"}


def _page(found: list[Any], request: Request) -> tuple[list[Any], dict[str, str]]:
    token = request.get("nextToken") or "0"
    if not token.isdigit():
        raise StandInError("ValidationException", "Invalid nextToken")
    start, most = int(token), request.get("maxResults", PAGE)
    return found[start : start + most], ({"nextToken": str(start + most)} if start + most < len(found) else {})
