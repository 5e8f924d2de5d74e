import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from complete_textract_job.handler import handler
from complete_textract_job.logic import parse
from documents import jobs
from documents.errors import MalformedEvent

TAG = "0" * 40 + "-1-document"
TOKEN = "token"


def notice(tag: str = TAG, job_id: str = "job", status: str = "SUCCEEDED") -> str:
    location = {"S3ObjectName": "scan.pdf", "S3Bucket": "documents-bucket"}
    message = {
        "JobId": job_id,
        "Status": status,
        "API": "StartDocumentAnalysis",
        "JobTag": tag,
        "Timestamp": 1,
        "DocumentLocation": location,
    }
    return json.dumps(message)


def enveloped(message: str) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "m", "TopicArn": "arn", "Message": message, "Timestamp": "t"})


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"message-{n}", "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]}


def failed(response: Any) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


def waiting(tag: str = TAG, token: str = TOKEN, job_id: str | None = "job") -> None:
    jobs.expect("jobs", tag, task_token=token, kind="document", document_id=tag[:40])
    if job_id:
        jobs.started("jobs", tag, job_id)


def answered(stub: Callable[[str], Stubber], token: str = TOKEN, job_id: str = "job", status: str = "SUCCEEDED") -> None:
    output = json.dumps({"job_id": job_id, "status": status})
    stub("stepfunctions").add_response("send_task_success", {}, {"taskToken": token, "output": output})


@pytest.mark.parametrize("wrap", [enveloped, str], ids=["in SNS's envelope", "raw"])
@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "ERROR"])
def test_a_notice_wakes_the_task_whatever_the_status(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], wrap: Callable[[str], str], status: str
) -> None:
    waiting()
    answered(stub, status=status)
    assert failed(handler(batch(wrap(notice(status=status))), context)) == []


def test_a_notice_that_comes_before_the_job_id_is_recorded_wakes_the_task(cloud: Any, context: Any, stub: Callable[[str], Stubber]) -> None:
    waiting(job_id=None)
    answered(stub)
    assert failed(handler(batch(notice()), context)) == []
    assert cloud.item("jobs", f"job#{TAG}")["notice"] == "SUCCEEDED"


@pytest.mark.parametrize("body", [notice("unknown"), notice(job_id="another")])
def test_a_notice_for_which_nobody_waits_is_counted_and_done(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], printed: Callable[[], str], body: str
) -> None:
    waiting()
    stub("stepfunctions")
    assert failed(handler(batch(body), context)) == []
    assert '"UnknownNotices":[1.0]' in printed()


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_late_notice_is_counted_and_done(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], printed: Callable[[], str], code: str
) -> None:
    waiting()
    stub("stepfunctions").add_client_error("send_task_success", code)
    assert failed(handler(batch(notice()), context)) == []
    assert '"LateNotices":[1.0]' in printed()


@pytest.mark.parametrize("code", ["KmsThrottlingException", "KmsAccessDeniedException", "ThrottlingException", "InvalidOutput"])
def test_a_notice_that_could_not_be_delivered_comes_back(cloud: Any, context: Any, stub: Callable[[str], Stubber], code: str) -> None:
    waiting()
    stub("stepfunctions").add_client_error("send_task_success", code)
    assert failed(handler(batch(notice()), context)) == ["message-0"]


@pytest.mark.parametrize("order", list(itertools.permutations(["first", "second", "first"]))[:4])
def test_repeated_and_reordered_notices_wake_each_task(
    cloud: Any, context: Any, stub: Callable[[str], Stubber], order: tuple[str, ...]
) -> None:
    seen: set[str] = set()
    for name in ("first", "second"):
        waiting(name, token=f"token {name}", job_id=f"job {name}")
    for name in order:
        if name in seen:
            stub("stepfunctions").add_client_error("send_task_success", "TaskTimedOut")
        else:
            answered(stub, f"token {name}", f"job {name}")
        seen.add(name)
    assert failed(handler(batch(*(enveloped(notice(name, f"job {name}")) for name in order)), context)) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "1",
        "null",
        "{}",
        enveloped("no json"),
        enveloped("{}"),
        enveloped("[]"),
        json.dumps({"Message": None}),
        json.dumps({"JobId": 1, "JobTag": "t", "Status": "S"}),
        json.dumps({"JobId": "", "JobTag": "t", "Status": "S"}),
    ],
)
def test_a_malformed_notice_fails_alone(cloud: Any, context: Any, stub: Callable[[str], Stubber], body: str) -> None:
    waiting()
    answered(stub)
    assert failed(handler(batch(body, notice()), context)) == ["message-0"]
    with pytest.raises(MalformedEvent):
        parse(body)


def test_notices_are_handed_back_when_time_runs_out(cloud: Any, context: Any) -> None:
    context.remaining_ms = 1_000
    assert failed(handler(batch(notice()), context)) == ["message-0"]
