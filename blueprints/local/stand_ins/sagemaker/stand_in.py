"""SageMaker's batch transform jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from blueprints.local import constraints, dispatch, provenance
from blueprints.local.sagemaker import limits
from blueprints.local.sagemaker.control import SageMakerControl
from blueprints.local.sagemaker.naming import arn, invalid
from blueprints.local.sagemaker.records import Record, Records
from blueprints.local.stand_ins import ClientFactory, StandInError
from blueprints.local.stand_ins.sagemaker.jobs import IN_PROGRESS, STOPPING, Job

Request = Mapping[str, Any]
Answer = dict[str, Any]
SUMMARY = (
    "TransformJobName",
    "TransformJobArn",
    "CreationTime",
    "TransformEndTime",
    "LastModifiedTime",
    "TransformJobStatus",
    "FailureReason",
)
MISSING = {"RecordIO": "SplitType RecordIO", "TFRecord": "SplitType TFRecord"}


class SageMakerStandIn:
    """Answers for batch transform jobs.

    Follows https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html and its neighbours; instances add no
    speed, and neither does anything wait for them.

    Args:
        control: Knows the models.
    """

    name = "SageMaker containers"
    service = "sagemaker"

    def __init__(self, control: SageMakerControl) -> None:
        self._control = control
        self._jobs: dict[str, Job] = {}
        self._records = Records("transform-job", "TransformJob", "transform job")
        self._answers: Mapping[str, Callable[[Request, ClientFactory], Answer]] = {
            "CreateTransformJob": self._create,
            "DescribeTransformJob": lambda request, _aws: _told(self._job(request).record),
            "ListTransformJobs": self._list,
            "StopTransformJob": self._stop,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> Answer:
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that SageMaker declares for the operation.
        """
        constraints.check(self.service, operation, request)
        return self._answers[operation](request, aws)

    def _create(self, request: Request, aws: ClientFactory) -> Answer:
        name = request["TransformJobName"]
        if self._records.find(name):
            known = f"and a job with this name already exists ({arn('transform-job', name)})"
            raise StandInError("ResourceInUse", f"Job name must be unique within an AWS account and region, {known}")
        _check(request)
        model = self._control.models.records.get(request["ModelName"])
        instance, log = request["TransformResources"]["InstanceType"], ("/aws/sagemaker/TransformJobs", name)
        host = self._control.fleet.host(model, aws, instance, "batch", log, _environment(request))
        dispatch.answered_by(provenance.stand_in(host.program) if host.program else provenance.STORED_ONLY)
        record = self._records.add({**request, "TransformJobStatus": IN_PROGRESS})
        self._jobs[name] = job = Job(record, host, model["ExecutionRoleArn"])
        threading.Thread(target=job.run, daemon=True).start()
        return {"TransformJobArn": record["TransformJobArn"]}

    def _list(self, request: Request, _aws: ClientFactory) -> Answer:
        listed = self._records.list(request, SUMMARY, status="TransformJobStatus")
        return {"TransformJobSummaries": listed.pop("TransformJobs"), **listed}

    def _stop(self, request: Request, _aws: ClientFactory) -> Answer:
        job = self._job(request)
        if job.record["TransformJobStatus"] != IN_PROGRESS:
            raise invalid(f"The request was rejected because the transform job is in status {job.record['TransformJobStatus']}.")
        job.record["TransformJobStatus"] = STOPPING
        job.stop.set()
        return {}

    def _job(self, request: Request) -> Job:
        found = self._jobs.get(request["TransformJobName"])
        if found is None:
            raise StandInError("ResourceNotFound", f"Could not find requested job with name: {request['TransformJobName']}")
        return found


def _check(request: Request) -> None:
    """Refuses what SageMaker refuses, and what is not here."""
    split, megabytes = request["TransformInput"].get("SplitType", "None"), request.get("MaxPayloadInMB", 6)
    if megabytes * max(request.get("MaxConcurrentTransforms", 1), 1) > limits.TRANSFORM_MB:
        raise invalid(f"MaxPayloadInMB * MaxConcurrentTransforms must be {limits.TRANSFORM_MB} at most.")
    if request.get("BatchStrategy") == "SingleRecord" and split == "None":
        raise invalid("BatchStrategy SingleRecord needs a SplitType.")
    kind = request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"]
    if kind not in ("ManifestFile", "S3Prefix"):
        raise invalid(f"S3DataType must be ManifestFile or S3Prefix, got {kind}.")
    missing = MISSING.get(split) or ("DataCaptureConfig" if "DataCaptureConfig" in request else None)
    if missing:
        raise StandInError("NotImplemented", f"the embedded AWS has no {missing} for transform jobs", 501)


def _environment(request: Request) -> dict[str, str]:
    """Returns what the container is told (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html)."""
    return {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(request.get("MaxPayloadInMB", 6)),
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD" if request.get("BatchStrategy") == "SingleRecord" else "MULTI_RECORD",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(request.get("MaxConcurrentTransforms") or 1),
        **(request.get("Environment") or {}),
    }


def _told(record: Record) -> Answer:
    return {name: value for name, value in record.items() if value is not None and name != "LastModifiedTime"}
