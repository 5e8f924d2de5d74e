"""The states of document analysis, in Amazon States Language with JSONata expressions."""

from typing import Any

from aws_cdk import Duration

from ml_constructs.ai_services.analyze_state import analyze
from ml_constructs.ai_services.document_options import Review
from ml_constructs.ai_services.document_tasks import PAYLOAD, TOKEN, rejected, task, variables
from ml_constructs.foundation import slots
from ml_constructs.foundation.states import State

EVENT = {"event": "{% $states.context.Execution.Input.event %}"}


def definition(*, concurrency: int, timeout: Duration, enrich: bool, review: Review | None) -> dict[str, Any]:
    """The whole workflow.

    Args:
        concurrency: Documents that are analysed at once.
        timeout: How long an execution may take, waiting included.
        enrich: Whether the text goes through Comprehend.
        review: How people check doubtful fields; nobody does when left out.
    """
    after_enrichment = "NeedsReview" if review else "StoreResult"
    after_assembly = "EnrichText" if enrich else after_enrichment
    states = {
        "InspectDocument": _inspect(),
        "Verdict": _verdict(),
        "AcquireSlot": slots.acquire(concurrency, Catch=rejected(), Next="Analyze"),
        "Analyze": analyze(Next="ReleaseSlot"),
        "ReleaseSlot": slots.release(Catch=rejected(), Next="AssembleDocument"),
        "AssembleDocument": _assemble(after_assembly),
        **({"EnrichText": _enrich(after_enrichment)} if enrich else {}),
        **(_review(review) if review else {}),
        "StoreResult": _store(),
        "Stored": {"Type": "Succeed"},
        **_rejection(),
    }
    return {"QueryLanguage": "JSONata", "StartAt": "InspectDocument", "TimeoutSeconds": int(timeout.to_seconds()), "States": states}


def _inspect() -> State:
    nothing_yet: dict[str, Any] = {"analyses": [], "assembly": None, "enrichment": None, "review": None}
    return task("InspectDocument", {}, Assign={"inspection": PAYLOAD, **nothing_yet}, Catch=rejected(), Next="Verdict")


def _verdict() -> State:
    refusal = {"status": "REFUSED", "reason": "{% $inspection.reason %}"}
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $inspection.verdict = 'refused' %}", "Assign": refusal, "Next": "RecordRejection"},
            {"Condition": "{% $inspection.verdict = 'cached' %}", "Next": "StoreResult"},
        ],
        "Default": "AcquireSlot",
    }


def _assemble(then: str) -> State:
    return task("AssembleDocument", variables("inspection", "analyses"), Assign={"assembly": PAYLOAD}, Catch=rejected(), Next=then)


def _enrich(then: str) -> State:
    return task("EnrichText", variables("assembly"), Assign={"enrichment": PAYLOAD}, Catch=rejected(), Next=then)


def _review(review: Review) -> dict[str, State]:
    expired = {"ErrorEquals": ["States.Timeout"], "Assign": {"review": {"outcome": "timed_out"}}, "Next": "StoreResult"}
    request = task(
        "RequestReview",
        {**variables("assembly"), **TOKEN},
        wait=True,
        timeout_seconds=review.timeout_hours * 3600,
        Assign={"review": "{% $states.result %}"},
        Catch=rejected() if review.on_timeout == "fail" else [expired, *rejected()],
        Next="StoreResult",
    )
    doubtful = {"Condition": "{% $assembly.low_confidence > 0 %}", "Next": "RequestReview"}
    return {"NeedsReview": {"Type": "Choice", "Choices": [doubtful], "Default": "StoreResult"}, "RequestReview": request}


def _store() -> State:
    known = variables("inspection", "analyses", "assembly", "enrichment", "review")
    return task("StoreResult", known, Output=PAYLOAD, Catch=rejected(), Next="Stored")


def _rejection() -> dict[str, State]:
    record = task(
        "RecordRejection",
        {**EVENT, **variables("status", "reason")},
        Assign={"code": "{% $states.result.Payload.code %}"},
        Catch=[{"ErrorEquals": ["States.ALL"], "Next": "NotRecorded"}],
        Next="Outcome",
    )
    return {
        "AbandonSlot": slots.release(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "RecordRejection"}], Next="RecordRejection"),
        "RecordRejection": record,
        "Outcome": {"Type": "Choice", "Choices": [{"Condition": "{% $status = 'REFUSED' %}", "Next": "Refused"}], "Default": "Failed"},
        "Refused": {"Type": "Succeed"},
        "Failed": {
            "Type": "Fail",
            "Error": "DocumentFailed",
            "Cause": "{% $code & ': the index tells why, and the rejected queue has the event' %}",
        },
        "NotRecorded": {"Type": "Fail", "Error": "RejectionNotRecorded", "Cause": "The log of record_rejection tells why"},
    }
