"""Requests to asynchronous endpoints: queued, worked on with the rights of the model's role, and told of."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local import dispatch, identity, provenance
from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker import limits
from blueprints.local.sagemaker.metrics import Metrics
from blueprints.local.sagemaker.naming import below, split, unservable
from blueprints.local.sagemaker.notices import Outcome, is_included, notice, publish
from blueprints.local.sagemaker.running import ModelFailedError, NotReadyError, Reply
from blueprints.local.sagemaker.serving import Serving, Target
from blueprints.local.stand_ins import StandInError

WORKERS = 4
"""How many requests of an endpoint are worked on at once, unless its configuration says; instances add nothing, it is one machine."""
MOST_WORKERS = 16
log = logging.getLogger(__name__)


class FailedError(RuntimeError):
    """A request can't be answered; the message is the reason as the notice tells it.

    Args:
        reason: Why.
        body: What the model said.
        status: The model's HTTP status; 0 when it said nothing.
    """

    def __init__(self, reason: str, body: bytes = b"", status: int = 0) -> None:
        super().__init__(reason)
        self.body, self.status = body, status


@dataclass(frozen=True)
class Job:
    """A request that was taken."""

    request: Mapping[str, Any] = field(repr=False)
    inference_id: str
    output: str
    failure: str
    received: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        """How many seconds ago it came."""
        return time.monotonic() - self.began


@dataclass
class _Line:
    """The requests to one endpoint that wait, and how many threads work on them."""

    waiting: deque[Job] = field(default_factory=deque)
    workers: int = 0


class AsyncQueue:
    """Takes requests and works on them in the background.

    Capacity comes at once: an endpoint that has scaled to no instance works on its requests all the same.

    Args:
        serving: Passes requests on to what serves.
        metrics: Gathers what CloudWatch is told.
    """

    def __init__(self, serving: Serving, metrics: Metrics) -> None:
        self._serving, self._metrics = serving, metrics
        self._lock = threading.Lock()
        self._lines: dict[str, _Line] = {}

    def submit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answers ``InvokeEndpointAsync``.

        Raises:
            StandInError: The endpoint is not there or not asynchronous, or the request is not as it has to be.
        """
        live = self._serving.control.endpoints.live(request["EndpointName"])
        config = live.config.get("AsyncInferenceConfig")
        if config is None:
            raise unservable(f"Endpoint {request['EndpointName']} is not asynchronous: it must be invoked with InvokeEndpoint.")
        body = request.get("Body") or b""
        if bool(body) == bool(request.get("InputLocation")):
            raise unservable("Exactly one of Body and InputLocation must be given.")
        if len(body) > limits.INLINE_BYTES:
            raise unservable(
                f"Body must have {limits.INLINE_BYTES} bytes at most, got {len(body)}; larger input is given by InputLocation."
            )
        if host := live.variants[0].host:
            dispatch.answered_by(provenance.stand_in(host.program) if host.program else provenance.STORED_ONLY)
        job = _job(request, config["OutputConfig"])
        self._queue(job, config, live.aws)
        told = {"InferenceId": job.inference_id, "OutputLocation": job.output, "FailureLocation": job.failure}
        return {name: value for name, value in told.items() if value}

    def _queue(self, job: Job, config: Mapping[str, Any], aws: ClientFactory) -> None:
        name = job.request["EndpointName"]
        wanted = (config.get("ClientConfig") or {}).get("MaxConcurrentInvocationsPerInstance", WORKERS)
        with self._lock:
            line = self._lines.setdefault(name, _Line())
            line.waiting.append(job)
            if line.workers < min(wanted, MOST_WORKERS):
                line.workers += 1
                threading.Thread(target=self._work, args=(name, line), name=f"async-{name}", daemon=True).start()
        self._tell_backlog(name, line, aws)

    def _work(self, name: str, line: _Line) -> None:
        """Works until nothing waits any more."""
        while True:
            with self._lock:
                if not line.waiting:
                    line.workers -= 1
                    return
                job = line.waiting.popleft()
            try:
                self._finish(job)
            except StandInError:
                log.warning("request %s ended with its endpoint %s", job.inference_id, name)
            except Exception:
                log.exception("request %s to endpoint %s", job.inference_id, name)

    def _finish(self, job: Job) -> None:
        """Answers one request, writes what came of it and tells the topic."""
        target = self._serving.target(
            job.request, job.request.get("Body") or b"", job.request.get("InvocationTimeoutSeconds", limits.ASYNC_SECONDS)
        )
        config, role, aws = target.live.config["AsyncInferenceConfig"], target.host.role, target.live.aws
        put = _putter(self._metrics, aws, target.endpoint)
        put("TimeInBacklog", job.age * 1e3)
        try:
            reply = self._answered(job, target)
            outcome = Outcome("", job.output, reply.content_type, reply.body)
            _write(job.output, reply, config["OutputConfig"], role)
        except FailedError as error:
            outcome = _failed(job, error, config["OutputConfig"], role)
            put("InvocationFailures", 1)
        put("InvocationsProcessed", 1)
        put("TotalProcessingTime", job.age * 1e3)
        self._tell_backlog(target.endpoint, self._lines[target.endpoint], aws)
        included = is_included(config, bool(outcome.failure))
        publish(config, notice(job.request, job.inference_id, job.received, outcome, included=included), role)

    def _answered(self, job: Job, target: Target) -> Reply:
        """Returns the model's answer.

        Raises:
            FailedError: The request waited too long, its input can't be read, or the model failed.
        """
        if job.age > job.request.get("RequestTTLSeconds", limits.ASYNC_AGE_SECONDS):
            _putter(self._metrics, target.live.aws, target.endpoint)("ExpiredRequests", 1)
            raise FailedError("ClientError: The request was in the queue for longer than RequestTTLSeconds allows.")
        if location := job.request.get("InputLocation"):
            target = target.with_body(_read(location, target.host.role))
        try:
            return self._serving.answer_queued(target)
        except ModelFailedError as error:
            side = "client" if 400 <= error.status < 500 else "server"
            logs = "See the SageMaker Endpoint logs in your account for more information."
            reason = f"ClientError: Received {side} error ({error.status}) from model. {logs}"
            raise FailedError(reason, error.text.encode(), error.status) from error
        except (NotReadyError, StandInError) as error:
            raise FailedError(f"ClientError: {error}") from error

    def _tell_backlog(self, name: str, line: _Line, aws: ClientFactory) -> None:
        put = _putter(self._metrics, aws, name)
        put("ApproximateBacklogSize", len(line.waiting))
        put("ApproximateBacklogSizePerInstance", len(line.waiting))
        put("HasBacklogWithoutCapacity", 0)
        with self._lock:
            put("ApproximateAgeOfOldestRequest", line.waiting[0].age if line.waiting else 0)


def _job(request: Mapping[str, Any], output: Mapping[str, Any]) -> Job:
    """Returns a request with the places that its answer or its failure is going to be written to."""
    key = str(uuid.uuid4())
    name = request.get("Filename") or f"{key}.out"
    path = output.get("S3OutputPath") or f"s3://sagemaker-{identity.region()}-{identity.ACCOUNT_ID}/async-endpoint-outputs"
    place = below(path, request.get("S3OutputPathExtension") or "", name)
    failure = below(output["S3FailurePath"], f"{key}-error.out") if output.get("S3FailurePath") else ""
    return Job(request, request.get("InferenceId") or str(uuid.uuid4()), place, failure)


def _read(location: str, role: ClientFactory) -> bytes:
    """Returns the input of a request.

    Raises:
        FailedError: The role can't read it, or it is too large.
    """
    try:
        bucket, key = split(location)
        found = role("s3").get_object(Bucket=bucket, Key=key)
        if found["ContentLength"] > limits.ASYNC_BYTES:
            raise FailedError(f"ClientError: The input has {found['ContentLength']} bytes, which is more than {limits.ASYNC_BYTES}.")
        content: bytes = found["Body"].read()
    except (ClientError, BotoCoreError, ValueError) as error:
        raise FailedError(f"ClientError: Unable to download the input {location}: {error}") from error
    return content


def _write(place: str, reply: Reply, output: Mapping[str, Any], role: ClientFactory) -> None:
    """Writes an answer.

    Raises:
        FailedError: The role may not.
    """
    bucket, key = split(place)
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": output["KmsKeyId"]} if output.get("KmsKeyId") else {}
    try:
        role("s3").put_object(Bucket=bucket, Key=key, Body=reply.body, ContentType=reply.content_type, **encryption)
    except (ClientError, BotoCoreError) as error:
        raise FailedError(f"ClientError: Unable to upload the response to {place}: {error}") from error


def _failed(job: Job, error: FailedError, output: Mapping[str, Any], role: ClientFactory) -> Outcome:
    """Writes what the model said instead of an answer, where there is a place for that."""
    place = job.failure if job.failure and error.body else ""
    try:
        if place:
            _write(place, Reply("text/plain", (error.body,)), output, role)
    except FailedError as refusal:
        log.warning("the failure of request %s could not be written: %s", job.inference_id, refusal)
        place = ""
    return Outcome(str(error), place, "text/plain" if place else "", error.body)


def _putter(metrics: Metrics, aws: ClientFactory, endpoint: str) -> Any:
    return lambda name, value: metrics.put(aws, name, value, EndpointName=endpoint)
