"""Asynchronous jobs: one at a time in the background, each known by its id and its token."""

from __future__ import annotations

import json
import logging
import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from blueprints.local.stand_ins import StandInError

IN_PROGRESS, SUCCEEDED, FAILED = "IN_PROGRESS", "SUCCEEDED", "FAILED"
MEMBERS = {"StartExpenseAnalysis": ("ExpenseDocuments", 20), "StartLendingAnalysis": ("Results", 30)}
BLOCKS = ("Blocks", 1000)
log = logging.getLogger(__name__)


@dataclass
class Result:
    """What a job found: its items in order, and how many pages there were."""

    items: list[dict[str, Any]]
    pages: int
    warnings: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Job:
    """One job.

    Args:
        job_id: Its id.
        api: The operation that started it.
        request: What it was started with.
    """

    job_id: str
    api: str
    request: dict[str, Any]
    status: str = IN_PROGRESS
    message: str | None = None
    result: Result | None = None

    @property
    def notice(self) -> dict[str, Any]:
        """What the topic is told (https://docs.aws.amazon.com/textract/latest/dg/async-notification-payload.html)."""
        place = self.request["DocumentLocation"]["S3Object"]
        tag = {"JobTag": self.request["JobTag"]} if "JobTag" in self.request else {}
        location = {"S3ObjectName": place["Name"], "S3Bucket": place["Bucket"]}
        return {
            "JobId": self.job_id,
            "Status": self.status,
            "API": self.api,
            **tag,
            "Timestamp": int(time.time() * 1000),
            "DocumentLocation": location,
        }

    def state(self) -> dict[str, Any]:
        """Returns the members that every ``Get`` answer has."""
        state: dict[str, Any] = {"JobStatus": self.status}
        if self.message:
            state["StatusMessage"] = self.message
        if self.result:
            state["DocumentMetadata"] = {"Pages": self.result.pages}
            state |= {"Warnings": self.result.warnings} if self.result.warnings else {}
        return state

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Returns one part of the result.

        Raises:
            StandInError: ``InvalidParameterException``: a number below 1, or a token that is not of this job.
        """
        state = self.state()
        if self.result is None:
            return state
        member, most = MEMBERS.get(self.api, BLOCKS)
        start = self._start(request.get("NextToken"))
        end = start + min(most, self._number(request.get("MaxResults", most)))
        state[member] = self.result.items[start:end]
        if end < len(self.result.items):
            state["NextToken"] = f"{self.job_id}.{end}"
        return state

    def _start(self, token: str | None) -> int:
        job_id, _, offset = (token or f"{self.job_id}.0").rpartition(".")
        if job_id != self.job_id or not offset.isdigit():
            raise StandInError("InvalidParameterException", "Request has invalid parameters: NextToken is not one of this job")
        return int(offset)

    def _number(self, value: int) -> int:
        if value < 1:
            raise StandInError("InvalidParameterException", f"Request has invalid parameters: MaxResults must be at least 1, got {value}")
        return value


class Jobs:
    """Runs jobs one after the other in a background thread that ends with the process.

    Args:
        concurrent: Jobs that may wait or run at once.
    """

    def __init__(self, *, concurrent: int = 100) -> None:
        self._concurrent = concurrent
        self._jobs: dict[str, Job] = {}
        self._tokens: dict[tuple[str, str], Job] = {}
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def known(self, api: str, request: dict[str, Any]) -> Job | None:
        """Returns the job that an equal request with this token started.

        Raises:
            StandInError: ``IdempotentParameterMismatchException``: the token was used with other parameters.
        """
        job = self._tokens.get((api, request.get("ClientRequestToken", "")))
        if job and _canonical(job.request) != _canonical(request):
            message = "A ClientRequestToken input parameter was reused, but at least one of the other input parameters is different"
            raise StandInError("IdempotentParameterMismatchException", message)
        return job

    def start(self, job: Job, work: Callable[[], Result], ended: Callable[[Job], None]) -> Job:
        """Puts the job in line; ``ended`` is called in the background when it has succeeded or failed.

        Raises:
            StandInError: ``LimitExceededException``: too many jobs at once; ``IdempotentParameterMismatchException``.
        """
        with self._lock:
            known = self.known(job.api, job.request)
            if known:
                return known
            if sum(each.status == IN_PROGRESS for each in self._jobs.values()) >= self._concurrent:
                raise StandInError("LimitExceededException", f"Open jobs exceed maximum concurrent job limit of {self._concurrent}")
            self._jobs[job.job_id] = job
            if "ClientRequestToken" in job.request:
                self._tokens[job.api, job.request["ClientRequestToken"]] = job
            if self._worker is None:
                self._worker = threading.Thread(target=self._run, name="textract-jobs", daemon=True)
                self._worker.start()
        self._waiting.put(lambda: _finish(job, work, ended))
        return job

    def find(self, job_id: str, api: str) -> Job:
        """Returns the job that ``api`` started.

        Raises:
            StandInError: ``InvalidJobIdException``.
        """
        job = self._jobs.get(job_id)
        if job is None or job.api != api:
            raise StandInError("InvalidJobIdException", "Request has invalid Job Id")
        return job

    def _run(self) -> None:
        while True:
            self._waiting.get()()


def _finish(job: Job, work: Callable[[], Result], ended: Callable[[Job], None]) -> None:
    try:
        job.result = work()
        job.status = SUCCEEDED
    except StandInError as error:
        job.message, job.status = _status_message(error.code), FAILED
    except Exception:
        log.exception("job %s failed", job.job_id)
        job.message, job.status = "INTERNAL_SERVER_ERROR", FAILED
    try:
        ended(job)
    except Exception:
        log.exception("job %s ended, but nobody could be told", job.job_id)


def _status_message(code: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", code.removesuffix("Exception")).upper()


def _canonical(request: dict[str, Any]) -> str:
    return json.dumps(request, sort_keys=True, default=str)
