"""Works on batch transform jobs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker import limits
from blueprints.local.sagemaker.hosts import Host
from blueprints.local.sagemaker.naming import below, split
from blueprints.local.sagemaker.records import Record
from blueprints.local.sagemaker.running import Invocation, ModelFailedError, StartError
from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.sagemaker.batches import TooLargeError, assembled, batches, records
from blueprints.local.stand_ins.sagemaker.filters import FilterError, Filters
from blueprints.local.stand_ins.sagemaker.inputs import Found, InputError, content, objects

IN_PROGRESS, COMPLETED, FAILED, STOPPING, STOPPED = "InProgress", "Completed", "Failed", "Stopping", "Stopped"
MEGABYTE = 1024**2
SEE_LOGS = "See job logs for more information"
RETRIES = 3
MOST_AT_ONCE = 16
log = logging.getLogger(__name__)


class StoppedError(RuntimeError):
    """Somebody stopped the job."""


class JobError(RuntimeError):
    """The job can't go on; the message is its failure reason."""


@dataclass
class Job:
    """One job.

    Args:
        record: What is told of it.
        host: Serves the model.
        role_arn: The model's role.
    """

    record: Record
    host: Host
    role_arn: str
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Works through the input; an object that fails does not keep the others from being worked on."""
        self.record["TransformStartTime"] = datetime.now(UTC)
        try:
            self._work()
            self._end(COMPLETED)
        except StoppedError:
            self._end(STOPPED)
        except (InputError, JobError) as error:
            self._end(FAILED, str(error))
        except StartError as error:
            self._end(FAILED, f"ClientError: {error}" if "download" in str(error) else f"AlgorithmError: {error}")
        except Exception:
            log.exception("transform job %s", self.record["TransformJobName"])
            self._end(FAILED, "InternalServerError: Internal error of the stand-in; see the log of the embedded AWS.")
        finally:
            self.host.stop()

    def _end(self, status: str, reason: str | None = None) -> None:
        self.record.update(TransformEndTime=datetime.now(UTC), FailureReason=reason)
        self.record["TransformJobStatus"] = status

    def _work(self) -> None:
        found = objects(self._input["DataSource"]["S3DataSource"], self.host.role, self.role_arn)
        self.host.start()
        failures = [failure for failure in map(self._transformed, found) if failure]
        if failures:
            raise JobError(failures[0])

    @property
    def _input(self) -> Mapping[str, Any]:
        taken: Mapping[str, Any] = self.record["TransformInput"]
        return taken

    def _transformed(self, found: Found) -> str | None:
        """Writes the outcome of an object; returns why there is none, if so."""
        if self.stop.is_set():
            raise StoppedError
        try:
            body = content(found, self.host.role, compressed=self._input.get("CompressionType") == "Gzip")
            self._write(found, self._judged(body))
        except (InputError, JobError) as error:
            return str(error)
        except ModelFailedError as error:
            kind = "ClientError" if 400 <= error.status < 500 else "AlgorithmError"
            return f"{kind}: {SEE_LOGS}. {found.bucket}/{found.key}: {error}"
        except (FilterError, TooLargeError, StandInError, UnicodeDecodeError) as error:
            return f"ClientError: {SEE_LOGS}. {found.bucket}/{found.key}: {error}"
        return None

    def _judged(self, body: bytes) -> bytes:
        """Returns the outcome of an object's content."""
        by_line = self._input.get("SplitType", "None") == "Line"
        megabytes = self.record.get("MaxPayloadInMB", 6)
        most = megabytes * MEGABYTE if megabytes else None
        multiple = self.record.get("BatchStrategy", "MultiRecord") == "MultiRecord"
        filters = Filters.of(self.record.get("DataProcessing") or {}, self._input.get("ContentType") or "")
        requests = list(batches(records(body, by_line=by_line), multiple=multiple, max_bytes=most))
        with ThreadPoolExecutor(min(self.record.get("MaxConcurrentTransforms") or 1, MOST_AT_ONCE)) as pool:
            parts = list(pool.map(partial(self._answered, filters=filters), requests))
        return assembled(parts, by_line=self.record["TransformOutput"].get("AssembleWith", "None") == "Line")

    def _answered(self, batch: Sequence[bytes], *, filters: Filters) -> bytes:
        """Returns what is written for the records of a request."""
        if self.stop.is_set():
            raise StoppedError
        answer = self._asked(b"".join(map(filters.taken, batch)))
        if not filters.needed:
            return answer
        lines = [answer] if len(batch) == 1 else records(answer, by_line=True)
        if len(lines) != len(batch):
            raise FilterError(f"the model must answer one line a record, got {len(lines)} for {len(batch)}")
        return b"".join(map(filters.outcome, batch, lines))

    def _asked(self, body: bytes) -> bytes:
        """Returns the model's answer; a model that fails is asked again."""
        client = self.record.get("ModelClientConfig") or {}
        accept = self.record["TransformOutput"].get("Accept") or ""
        seconds = client.get("InvocationsTimeoutInSeconds", limits.TRANSFORM_SECONDS)
        invocation = Invocation(body, self._input.get("ContentType") or "", accept, timeout=seconds)
        tries = client.get("InvocationsMaxRetries", RETRIES) + 1
        while True:
            tries -= 1
            try:
                return self.host.invoke(invocation).body
            except ModelFailedError as error:
                if not tries or 400 <= error.status < 500:
                    raise

    def _write(self, found: Found, outcome: bytes) -> None:
        output = self.record["TransformOutput"]
        place = below(output["S3OutputPath"], f"{found.name}.out")
        bucket, key = split(place)
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": output["KmsKeyId"]} if output.get("KmsKeyId") else {}
        client: ClientFactory = self.host.role
        try:
            client("s3").put_object(Bucket=bucket, Key=key, Body=outcome, **encryption)
        except (ClientError, BotoCoreError) as error:
            raise JobError(f"ClientError: Unable to upload the result to {place}: {error}") from error
