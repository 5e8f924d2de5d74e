"""From an execution's end to the rejection of its document.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
from typing import Any

from documents.clients import client
from documents.errors import MalformedEvent
from documents.naming import Document
from documents.rejections import Rejection

ENDS = {
    "TIMED_OUT": "The workflow took longer than it may.",
    "ABORTED": "The workflow was stopped by an operator.",
    "FAILED": "The workflow ended before it could record why.",
}


def parse(detail: dict[str, Any]) -> Rejection:
    """The rejection of the document of the execution that ended.

    An event may come without the execution's input (``inputDetails.included``); then Step Functions is asked for it.

    Raises:
        MalformedEvent: The execution ended well or its input isn't one of this workflow's.
    """
    try:
        message = ENDS[detail["status"]]
        given = json.loads(detail.get("input") or _input(detail["executionArn"]))
        document, attempt, event = Document.of(given), given["attempt"], given["event"]
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedEvent("MALFORMED_EVENT", f"The event is no failed end of an execution: {type(error).__name__}.") from None
    return Rejection(document, attempt, event, "FAILED", detail["status"], message)


def _input(execution_arn: str) -> str:
    text: str = client("stepfunctions").describe_execution(executionArn=execution_arn)["input"]
    return text
