"""The states that take one data source in: a job, and the report on it."""

from typing import Any

from ml_constructs.foundation.states import BEDROCK_AGENT_ERRORS, State, lambda_task, retry

INPUT = "{% $states.input %}"
ANY = ["States.ALL"]
# One job at a time in a knowledge base, five in an account: https://docs.aws.amazon.com/bedrock/latest/userguide/quotas.html
OCCUPIED = ("BedrockAgent.ConflictException", "BedrockAgent.ServiceQuotaExceededException")
SOURCE = {"KnowledgeBaseId": "${KnowledgeBase}", "DataSourceId": "{% $states.input.id %}"}
# Started twice by a retry, it is one job: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_StartIngestionJob.html
TOKEN = "{% $hash($states.context.Execution.Id & $states.input.id, 'SHA-256') %}"  # noqa: S105
WRONG = {"code": "{% $states.errorOutput.Error %}", "message": "{% $states.errorOutput.Cause & '' %}"}
LONGEST_PAUSE_SECONDS = 600
RETRY_SECONDS = 300
CALL_SECONDS = 60


def ingestion(*, poll_seconds: int, timeout_seconds: int, report_seconds: int) -> dict[str, Any]:
    """The inner machine of a map over data sources, each ``{"name": …, "id": …}``; it ends with ``{"failed": 0}`` or ``{"failed": 1}``.

    Args:
        poll_seconds: How long the first look at the job waits; each later wait is a tenth longer, up to ten minutes.
        timeout_seconds: How long a run may take, waiting for other jobs included.
        report_seconds: How long the report may take.
    """
    states = {
        "StartIngestion": _start(poll_seconds, timeout_seconds),
        "Pause": {"Type": "Wait", "Seconds": "{% $pause %}", "Next": "GetIngestion"},
        "GetIngestion": _get(max(LONGEST_PAUSE_SECONDS, poll_seconds)),
        "Ended": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $status in ['COMPLETE', 'FAILED', 'STOPPED'] %}", "Next": "Report"}],
            "Default": "Pause",
        },
        "Report": lambda_task(
            "ReportIngestion",
            {"source": INPUT, "run": "{% $states.context.Execution.Name %}", "job": "{% $job %}", "error": "{% $error %}"},
            timeout_seconds=report_seconds,
            retries=[retry(("TransientServiceError",), interval=5)],
            Output="{% $states.result.Payload %}",
            Catch=[{"ErrorEquals": ANY, "Next": "NotReported"}],
            End=True,
        ),
        "NotReported": {"Type": "Pass", "Output": {"failed": 1}, "End": True},
    }
    return {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "StartIngestion", "States": states}


def _start(poll_seconds: int, timeout_seconds: int) -> State:
    """Waits for jobs that somebody else has started, as long as the run may take."""
    attempts = max(10, timeout_seconds // RETRY_SECONDS)
    return _call(
        "StartIngestionJob",
        {**SOURCE, "ClientToken": TOKEN},
        retry(OCCUPIED, interval=30, backoff=1.5, attempts=attempts, max_delay=RETRY_SECONDS),
        Assign={"job": "{% $states.result.IngestionJob.IngestionJobId %}", "error": None, "pause": poll_seconds},
        Catch=[{"ErrorEquals": ANY, "Assign": {"job": None, "error": WRONG}, "Output": INPUT, "Next": "Report"}],
        Next="Pause",
    )


def _get(longest_pause: int) -> State:
    return _call(
        "GetIngestionJob",
        {**SOURCE, "IngestionJobId": "{% $job %}"},
        Assign={
            "status": "{% $states.result.IngestionJob.Status %}",
            "pause": f"{{% $min([$ceil($pause * 1.1), {longest_pause}]) %}}",
        },
        Catch=[{"ErrorEquals": ANY, "Assign": {"error": WRONG}, "Output": INPUT, "Next": "Report"}],
        Next="Ended",
    )


def _call(operation: str, arguments: dict[str, Any], *retries: State, **fields: Any) -> State:
    return {
        "Type": "Task",
        "Resource": f"${{{operation}}}",
        "Arguments": arguments,
        "TimeoutSeconds": CALL_SECONDS,
        "Retry": [*retries, retry(BEDROCK_AGENT_ERRORS, interval=5, attempts=10)],
        "Output": INPUT,
        **fields,
    }
