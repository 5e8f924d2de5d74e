"""From a job to what becomes of the plan that it worked on.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-errors.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from documents.clients import client
from documents.runtime import count, logger
from transforms import endings, jobs, rows
from transforms.endings import Places
from transforms.plans import Plan

AGAIN = "AGAIN"
PASSING = ("CapacityError", "InternalServerError")
"""How reasons begin that SageMaker has to answer for; another try may go well."""
SUFFIX = ".out"
READABLE = re.compile(r"(?P<code>[A-Za-z]{1,60}):\s*(?P<message>.+)", re.DOTALL)
TIMEOUT = "States.Timeout"
LATE = "The job was stopped because it ran longer than allowed."


@dataclass(frozen=True)
class Environment:
    """What this function is told."""

    job_prefix: str
    job_seconds: int
    tries: int


def report(plan: Plan, number: int, failure: dict[str, Any], told: Environment, places: Places) -> str:
    """What came of try ``number``: RUNNING, AGAIN, SUCCEEDED or FAILED; a job that has run too long is stopped.

    Args:
        plan: What the job works on.
        number: Which try it is, from 1.
        failure: The error that the state machine has met, if it has, with ``error`` and ``cause``.
        told: Limits of jobs.
        places: Where ends are told.
    """
    name = plan.job_name(told.job_prefix, number)
    job = jobs.describe(name)
    status = job.get("TransformJobStatus")
    if status in (jobs.IN_PROGRESS, jobs.STOPPING):
        if status == jobs.IN_PROGRESS and _seconds_since(job["CreationTime"]) >= told.job_seconds:
            jobs.stop(name)
        return rows.RUNNING
    hours = instance_hours(job)
    count("InstanceHours", hours)
    if number < told.tries and str(job.get("FailureReason", "")).startswith(PASSING):
        logger.warning("the job is tried again")
        return AGAIN
    late = failure.get("error") == TIMEOUT or _seconds(job) >= told.job_seconds
    outcome = _outcome(plan, job, failure, late=late) | {"instance_hours": hours, "job": name if job else None}
    endings.finish(plan.as_dict(), outcome, places)
    return str(outcome["status"])


def instance_hours(job: dict[str, Any]) -> float:
    """For how many hours the instances of a job were paid for, all together."""
    start, end = job.get("TransformStartTime"), job.get("TransformEndTime")
    if start is None or end is None:
        return 0.0
    hours: float = (end - start).total_seconds() / 3600
    return round(hours * int(job["TransformResources"]["InstanceCount"]), 4)


def _outcome(plan: Plan, job: dict[str, Any], failure: dict[str, Any], *, late: bool) -> dict[str, Any]:
    outputs = _outputs(plan) if job else 0
    if job.get("TransformJobStatus") != jobs.COMPLETED:
        return {"status": rows.FAILED, "outputs": outputs, "reason": _reason(job, failure, late=late)}
    if outputs < plan.objects:
        missing = endings.reason("INCOMPLETE", f"The job completed with {outputs} results for {plan.objects} objects.")
        return {"status": rows.FAILED, "outputs": outputs, "reason": missing}
    return {"status": rows.SUCCEEDED, "outputs": outputs}


def _reason(job: dict[str, Any], failure: dict[str, Any], *, late: bool) -> dict[str, str]:
    if not job:
        return endings.reason(str(failure.get("error", "NO_JOB")), str(failure.get("cause", "There is no job.")))
    if said := job.get("FailureReason"):
        told = READABLE.fullmatch(said)
        return endings.reason(told["code"], told["message"]) if told else endings.reason("JobFailed", said)
    if late:
        return endings.reason("TIMED_OUT", LATE)
    return endings.reason("STOPPED", "Somebody stopped the job.")


def _seconds(job: dict[str, Any]) -> float:
    """How long a job took, from its creation to its end."""
    end = job.get("TransformEndTime")
    return (end - job["CreationTime"]).total_seconds() if end else 0.0


def _outputs(plan: Plan) -> int:
    bucket, _, prefix = plan.output_uri.removeprefix("s3://").partition("/")
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return sum(item["Key"].endswith(SUFFIX) for page in pages for item in page.get("Contents", ()))


def _seconds_since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()
