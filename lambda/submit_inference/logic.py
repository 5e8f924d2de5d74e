"""From a message about an upload to a request that SageMaker works off.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
"""

from dataclasses import dataclass
from typing import Any

from documents.clients import client
from documents.intake import Intake, parse
from documents.naming import execution_name
from documents.runtime import count, count_by, identify, logger
from submissions import failures, rows
from submit_inference.inputs import content_type, refusal


@dataclass(frozen=True)
class Environment:
    """What this function is told; ``mime_types`` are pairs of the ending of a name and a MIME type."""

    endpoint_name: str
    inferences_table: str
    rejected_queue_url: str
    mime_types: tuple[tuple[str, str], ...]
    max_bytes: int
    request_ttl_seconds: int
    invocation_timeout_seconds: int
    lease_seconds: int
    accept: str = ""
    retention_days: int = 0


def submit(body: str, told: Environment) -> None:
    """Submits the input that ``body`` is about, once; refuses one that no model could take.

    Raises:
        MalformedEvent: ``body`` is no event of an object.
    """
    intake = parse(body)
    if intake.is_folder:
        return
    identify(intake.document.id, intake.attempt)
    kind = content_type(intake.document.key, dict(told.mime_types))
    if wrong := refusal(intake.document, kind, dict(told.mime_types), told.max_bytes):
        _refuse(intake, wrong, told)
    elif not rows.claim(told.inferences_table, intake, lease_seconds=told.lease_seconds, retention_days=told.retention_days):
        count("DuplicateEvents")
        logger.info("the input is submitted already")
    else:
        _submit(intake, str(kind), told)


def _refuse(intake: Intake, wrong: dict[str, str], told: Environment) -> None:
    row = rows.refuse(told.inferences_table, intake, wrong, retention_days=told.retention_days)
    if row is not None and failures.tell(told.inferences_table, told.rejected_queue_url, row):
        count_by("InputsRefused", "code", wrong["code"])
        logger.warning("refused", code=wrong["code"])


def _submit(intake: Intake, kind: str, told: Environment) -> None:
    document = intake.document
    try:
        answer = _invoke(intake, kind, told)
    except Exception:
        count("SubmissionsFailed")
        raise
    places = {"output_location": answer.get("OutputLocation"), "failure_location": answer.get("FailureLocation")}
    rows.accept(told.inferences_table, document.id, intake.attempt, places)
    count("InferencesSubmitted")


def _invoke(intake: Intake, kind: str, told: Environment) -> dict[str, Any]:
    document = intake.document
    wish = {"Accept": told.accept} if told.accept else {}
    answer: dict[str, Any] = client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=told.endpoint_name,
        InputLocation=f"s3://{document.path}",
        InferenceId=execution_name(document.id, intake.attempt),
        ContentType=kind,
        RequestTTLSeconds=told.request_ttl_seconds,
        InvocationTimeoutSeconds=told.invocation_timeout_seconds,
        **wish,
    )
    return answer
