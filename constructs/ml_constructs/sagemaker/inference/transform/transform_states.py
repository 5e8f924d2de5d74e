"""The states of a transform, in Amazon States Language with JSONata expressions."""

from collections.abc import Mapping
from typing import Any

from ml_constructs.foundation import slots
from ml_constructs.foundation.states import SAGEMAKER_ERRORS, State, lambda_task, retry

ANY = ["States.ALL"]
TABLE = "RunsTable"
KNOWN = ["SageMaker.ResourceInUseException"]
QUOTA = ("SageMaker.ResourceLimitExceededException",)
BUSY = ("TransientServiceError",)
LOOK_SECONDS = 60
ID_IN_NAMES = 16
"""As in ``lambda/transforms/plans.py``."""
JOB_NAME = f"{{% '${{JobPrefix}}-' & $substring($plan.id, 0, {ID_IN_NAMES}) & '-' & $string($plan.attempt) & '-' & $string($try) %}}"
"""Its own for each try, and the same whenever a try is begun again, so that no call makes a second job."""
FAILURE = {"error": "{% $states.errorOutput.Error %}", "cause": "{% $states.errorOutput.Cause & '' %}"}
OUTCOMES = {"SUCCEEDED": "Release", "AGAIN": "NextTry", "RUNNING": "Wait"}


def definition(
    job: Mapping[str, Any], *, concurrency: int, job_seconds: int, execution_seconds: int, report_seconds: int
) -> dict[str, Any]:
    """The whole transform: a slot, a job, and another one where SageMaker itself was at fault.

    Step Functions tries to stop the job when the execution is stopped, and says nothing of tasks that time out: whatever keeps running is
    found, and stopped, by ``report_transform`` and ``close_transform``. A job that is known by its name already is waited for.

    Args:
        job: What all jobs have in common: parameters of ``CreateTransformJob``.
        concurrency: Requests that are worked on at once.
        job_seconds: How long a job may take.
        execution_seconds: How long the whole may take.
        report_seconds: How long the report on a job may take.

    See https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync and
    https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
    """
    failed = [{"ErrorEquals": ANY, "Assign": {"failure": FAILURE}, "Next": "Report"}]
    states = {
        "Plan": {"Type": "Pass", "Assign": {"plan": "{% $states.input %}", "try": 1, "failure": {}}, "Next": "AcquireSlot"},
        "AcquireSlot": slots.acquire(concurrency, table=TABLE, Catch=failed, Next="Transform"),
        "Transform": _transform(job, job_seconds, failed),
        "Report": _report(report_seconds),
        "Outcome": _outcome(),
        "Wait": {"Type": "Wait", "Seconds": LOOK_SECONDS, "Next": "Report"},
        "NextTry": {"Type": "Pass", "Assign": {"try": "{% $try + 1 %}", "failure": {}}, "Next": "Transform"},
        "Release": _release("Transformed"),
        "Abandon": _release("Failed"),
        "Transformed": {"Type": "Succeed"},
        "Failed": {"Type": "Fail", "Error": "TransformFailed", "Cause": "There is no result; the index of transforms tells why"},
    }
    return {"QueryLanguage": "JSONata", "StartAt": "Plan", "TimeoutSeconds": execution_seconds, "States": states}


def _transform(job: Mapping[str, Any], timeout_seconds: int, failed: list[State]) -> State:
    return {
        "Type": "Task",
        "Resource": "${CreateTransformJob}",
        "Arguments": {"TransformJobName": JOB_NAME, **job},
        "TimeoutSeconds": timeout_seconds,
        "Retry": [retry(SAGEMAKER_ERRORS, interval=2, attempts=8), retry(QUOTA, interval=60, attempts=48, max_delay=1800)],
        "Catch": [{"ErrorEquals": KNOWN, "Next": "Report"}, *failed],
        "Next": "Report",
    }


def _report(timeout_seconds: int) -> State:
    payload = {"plan": "{% $plan %}", "try": "{% $try %}", "failure": "{% $failure %}"}
    return lambda_task(
        "ReportTransform",
        payload,
        timeout_seconds=timeout_seconds,
        retries=[retry(BUSY, interval=2, attempts=8)],
        Assign={"outcome": "{% $states.result.Payload.status %}"},
        Catch=[{"ErrorEquals": ANY, "Next": "Abandon"}],
        Next="Outcome",
    )


def _outcome() -> State:
    choices = [{"Condition": f"{{% $outcome = '{name}' %}}", "Next": state} for name, state in OUTCOMES.items()]
    return {"Type": "Choice", "Choices": choices, "Default": "Abandon"}


def _release(then: str) -> State:
    """Gives the slot back; where that fails, ``close_transform`` does it."""
    return slots.release(table=TABLE, Catch=[{"ErrorEquals": ANY, "Next": "Failed"}], Next=then)
