"""No object key, text, field or answer of a document reaches a log line, a metric, an exception or a trace."""

import importlib
import io
import json
import logging
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from documents.naming import Document

LAMBDA = Path(__file__).parents[2] / "lambda"
CANARY = "canary7Q"
KEY = f"{CANARY}/Jane {CANARY}.pdf"
DOCUMENT = Document.identify(bucket="documents-bucket", key=KEY, version_id="v1", etag="e", sequencer="0A", size=10)
EVENT = {
    "source": "aws.s3",
    "detail-type": "Object Created",
    "detail": {
        "bucket": {"name": "documents-bucket"},
        "object": {"key": KEY, "size": 10, "etag": "e", "version-id": "v1", "sequencer": "0A"},
    },
}
NOTICE = {"JobId": "job", "JobTag": f"{DOCUMENT.id}-1-document", "Status": "SUCCEEDED", "DocumentLocation": {"S3ObjectName": KEY}}
TASK = {"document": DOCUMENT.as_dict(), "attempt": 1, "event": EVENT, "task_token": f"token {CANARY}"}
DECISION = {
    "decision": "correct",
    "reviewer": f"{CANARY} Doe",
    "corrections": [{"key": CANARY, "value": CANARY}],
    "comment": CANARY,
}


def batch(body: Any) -> dict[str, Any]:
    return {"Records": [{"messageId": "message", "body": body if isinstance(body, str) else json.dumps(body), "eventSource": "aws:sqs"}]}


def request(method: str, path: str, body: str | None) -> dict[str, Any]:
    context = {"resourcePath": path, "identity": {"userArn": "arn"}}
    return {"httpMethod": method, "path": path, "headers": {}, "queryStringParameters": None, "requestContext": context, "body": body}


def task(**members: Any) -> dict[str, Any]:
    return TASK | members


LOCATION = {"bucket": "results-bucket", "key": f"work/{DOCUMENT.id}/1/{CANARY}.json"}
ANALYSIS = {"kind": "document", "mode": "sync", "features": ["FORMS"]}
WRONG = {"code": CANARY, "message": CANARY}
ENDED = {"status": "TIMED_OUT", "name": "n", "input": json.dumps(TASK)}
PLAN = {
    "id": DOCUMENT.id,
    "attempt": 1,
    "request": DOCUMENT.path,
    "version_id": "v1",
    "event": EVENT,
    "manifest_uri": f"s3://documents-bucket/plans/{CANARY}.manifest",
    "output_uri": f"s3://results-bucket/answers/{CANARY}/",
    "objects": 1,
    "bytes": 10,
    "records": 1,
    "instances": 1,
}
EVENTS: dict[str, dict[str, Any]] = {
    "start_analysis": batch(EVENT),
    "inspect_document": TASK,
    "analyze_image": task(analysis=ANALYSIS),
    "start_textract_job": task(analysis=ANALYSIS),
    "complete_textract_job": batch(NOTICE),
    "collect_textract_job": task(analysis=ANALYSIS),
    "assemble_document": task(analyses=[{"kind": "document", "location": LOCATION, "pages": 1, "status": "SUCCEEDED", "warnings": []}]),
    "enrich_text": TASK,
    "request_review": task(assembly={"location": LOCATION}),
    "decide_review": request("POST", f"/reviews/{DOCUMENT.id}-1/decision", json.dumps(DECISION)),
    "store_result": task(inspection={"verdict": "cached", "cached": LOCATION}),
    "record_rejection": task(status="FAILED", reason={"code": CANARY, "message": CANARY}),
    "close_execution": {"source": "aws.states", "detail-type": "x", "detail": ENDED},
    "request_sync": batch(EVENT),
    "report_ingestion": {"source": {"name": "Documents", "id": "SOURCE1234"}, "run": "run", "job": "JOB1234567", "error": WRONG},
    "close_sync": {"source": "aws.states", "detail-type": "x", "detail": ENDED},
    "submit_inference": batch(EVENT),
    "record_inference": batch(
        {
            "invocationStatus": "Failed",
            "inferenceId": f"{DOCUMENT.id}-1",
            "failureReason": f"ClientError: {CANARY}",
            "requestParameters": KEY,
        }
    ),
    "sweep_inferences": {"source": CANARY},
    "plan_transform": batch(EVENT),
    "report_transform": {"plan": PLAN, "try": 1, "failure": {"error": "States.TaskFailed", "cause": CANARY}},
    "close_transform": {"source": "aws.states", "detail-type": "x", "detail": {"status": "ABORTED", "input": json.dumps(PLAN)}},
}


@pytest.fixture
def written(printed: Callable[[], str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.INFO)
    logging.getLogger("document-analysis").setLevel(logging.DEBUG)
    return lambda: printed() + caplog.text + "".join(str(vars(record)) for record in caplog.records)


def run(name: str, event: dict[str, Any], context: Any) -> str:
    """The text of the exception that the handler raised, with everything that a runtime could print of it."""
    handler: Callable[..., Any] = importlib.import_module(f"{name}.handler").handler
    try:
        handler(event, context)
    except Exception as error:
        chain = "".join(traceback.format_exception(error, chain=True))
        return f"{error!r} {error} {vars(error)} {chain}"
    return ""


def test_there_is_an_event_for_every_handler_that_sees_documents() -> None:
    importing = [path.parent.name for path in LAMBDA.glob("*/handler.py") if "from documents" in path.read_text()]
    assert sorted(EVENTS) == sorted(importing)


MESSAGE = f"The object {KEY} of {CANARY} could not be read"
RAISED: list[Exception] = [
    ClientError({"Error": {"Code": code, "Message": MESSAGE}}, "Operation")
    for code in ("AccessDenied", "ThrottlingException", "BadDocumentException", "InvalidJobIdException", "NoSuchKey", "ValidationException")
] + [ValueError(MESSAGE), KeyError(CANARY), UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, MESSAGE)]


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_a_failing_call_leaks_nothing(
    variables: None, context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, error: Exception
) -> None:
    def failing(*_: Any) -> None:
        raise error

    monkeypatch.setattr(BaseClient, "_make_api_call", failing)
    raised = run(name, EVENTS[name], context)
    assert CANARY not in raised + written()


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize(
    "answer", [{}, {"Body": io.BytesIO(CANARY.encode())}, {"Item": {"pk": {"S": CANARY}}}, {"Attributes": {CANARY: {"N": CANARY}}}]
)
def test_an_absurd_answer_leaks_nothing(
    variables: None, context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: dict(answer))
    raised = run(name, EVENTS[name], context)
    assert CANARY not in raised + written()


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("event", [{}, {"Records": CANARY}, {"document": CANARY}, {"detail": CANARY}, {CANARY: CANARY}, batch(CANARY)])
def test_an_absurd_event_leaks_nothing(
    variables: None, context: Any, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch, name: str, event: dict[str, Any]
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: {})
    assert CANARY not in run(name, event, context) + written()


def a_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": CANARY})
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def blocks() -> list[dict[str, Any]]:
    words = [{"BlockType": "WORD", "Id": name, "Text": CANARY} for name in ("k", "v")]
    pair = [
        {"BlockType": "KEY_VALUE_SET", "Id": "key", "EntityTypes": ["KEY"], "Confidence": 50.0},
        {"BlockType": "KEY_VALUE_SET", "Id": "value", "EntityTypes": ["VALUE"], "Confidence": 50.0},
    ]
    pair[0]["Relationships"] = [{"Type": "CHILD", "Ids": ["k"]}, {"Type": "VALUE", "Ids": ["value"]}]
    pair[1]["Relationships"] = [{"Type": "CHILD", "Ids": ["v"]}]
    return [*words, *pair, {"BlockType": "LINE", "Id": "line", "Text": f"A letter to {CANARY} about an order"}]


def test_a_document_goes_all_the_way_without_leaving_a_trace_of_its_content(
    cloud: Any, context: Any, setting: Callable[..., None], stub: Callable[[str], Stubber], comprehend: Any, written: Callable[[], str]
) -> None:
    def step(name: str, **members: Any) -> Any:
        return importlib.import_module(f"{name}.handler").handler({**given, **members}, context)

    setting(STATE_MACHINE_ARN=cloud.state_machine())
    comprehend.entities, comprehend.phrases, comprehend.pii = {CANARY: "PERSON"}, [CANARY], {CANARY: "NAME"}
    document = cloud.upload(KEY, a_pdf())
    given: dict[str, Any] = {"document": document.as_dict(), "attempt": 1, "event": EVENT}
    assert importlib.import_module("start_analysis.handler").handler(batch(EVENT), context) == {"batchItemFailures": []}

    inspection = step("inspect_document")
    assert inspection["verdict"] == "accepted"
    image = {"kind": "expense", "mode": "sync", "features": []}
    stub("textract").add_response("analyze_expense", {"ExpenseDocuments": [{"SummaryFields": [{"ValueDetection": {"Text": CANARY}}]}]})
    analyses = [step("analyze_image", analysis=image)]
    (analysis,) = inspection["analyses"]
    stub("textract").add_response("start_document_analysis", {"JobId": "job"})
    step("start_textract_job", analysis=analysis, task_token=f"token {CANARY}")
    stub("stepfunctions").add_response("send_task_success", {})
    notice = NOTICE | {"JobTag": f"{document.id}-1-document"}
    importlib.import_module("complete_textract_job.handler").handler(batch(notice), context)
    stub("textract").add_response("get_document_analysis", {"JobStatus": "SUCCEEDED", "Blocks": blocks()})
    analyses.append(step("collect_textract_job", analysis=analysis))
    assembly = step("assemble_document", analyses=analyses)
    assert assembly["low_confidence"] == 2
    enrichment = step("enrich_text", assembly=assembly)
    assert enrichment["redaction"] == "done"
    review = step("request_review", assembly=assembly, task_token=f"token {CANARY}")
    stub("stepfunctions").add_response("send_task_success", {})
    path = f"/reviews/{review['review_id']}/decision"
    decided = importlib.import_module("decide_review.handler").handler(request("POST", path, json.dumps(DECISION)), context)
    assert decided["statusCode"] == 200
    outcome = {"outcome": "corrected", "reviewer": CANARY, "corrections": DECISION["corrections"]}
    stored = step("store_result", inspection=inspection, analyses=analyses, assembly=assembly, enrichment=enrichment, review=outcome)
    assert stored["status"] == "SUCCEEDED"
    assert step("record_rejection", status="FAILED", reason={"code": "X", "message": CANARY})["recorded"] is False
    ended = {"status": "ABORTED", "input": json.dumps(given | {"attempt": 2})}
    assert importlib.import_module("close_execution.handler").handler({"detail": ended}, context) == {"recorded": True}

    assert CANARY in cloud.read(stored["location"]["key"]).decode()
    assert CANARY not in cloud.read(stored["redacted_key"]).decode()
    text = written()
    assert document.id in text
    assert CANARY not in text


TRACED = f"""
import botocore.client
from decide_review.handler import handler as review
from inspect_document.handler import handler as inspect

class Context:
    function_name = function_version = invoked_function_arn = aws_request_id = "x"
    memory_limit_in_mb = 128
    get_remaining_time_in_millis = lambda self: 900_000

def failing(*_):
    raise ValueError({MESSAGE!r})

botocore.client.BaseClient._make_api_call = lambda *_: {{"Item": {{"id": {{"S": {CANARY!r}}}}}}}
assert {CANARY!r} in review({request("GET", f"/reviews/{CANARY}", None)!r}, Context())["body"]
botocore.client.BaseClient._make_api_call = failing
try:
    inspect({TASK!r}, Context())
except Exception as error:
    assert type(error).__name__ == "UnexpectedError", error
"""


def test_a_trace_holds_neither_answers_nor_the_text_of_errors(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        variables = {
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "LAMBDA_TASK_ROOT": str(tmp_path),
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "FEATURES": "[]",
            "MAX_BYTES": "1",
            "MAX_PAGES": "1",
            "CACHE_TABLE": "cache",
            "CONFIGURATION_ID": "c",
            "REVIEWS_TABLE": "reviews",
        }
        environment = {name: value for name, value in os.environ.items() if name != "POWERTOOLS_TRACE_DISABLED"} | variables
        done = subprocess.run([sys.executable, "-c", TRACED], cwd=LAMBDA, env=environment, capture_output=True, text=True, check=True)
        answered, failed = daemon.recv(65_536).decode(), daemon.recv(65_536).decode()
    assert "## handler" in answered
    assert DOCUMENT.id in failed
    assert "UnexpectedError" in failed
    assert CANARY not in answered + failed + done.stdout + done.stderr
