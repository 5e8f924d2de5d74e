"""From an execution's end to its plan, and why nothing came of it.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
from typing import Any

from documents.clients import client
from documents.errors import MalformedEvent
from transforms.endings import reason
from transforms.plans import Plan

ENDS = {
    "TIMED_OUT": "The execution took longer than it may, waiting for its turn included.",
    "ABORTED": "The execution was stopped by an operator.",
    "FAILED": "The execution ended before it could record why.",
}


def parse(detail: dict[str, Any]) -> tuple[Plan, dict[str, str]]:
    """The plan of the execution that ended, and the reason that is recorded unless there is one.

    An event may come without the execution's input (``inputDetails.included``); then Step Functions is asked for it.

    Raises:
        MalformedEvent: The execution ended well or its input isn't one of this workflow's.
    """
    try:
        message = ENDS[detail["status"]]
        given = json.loads(detail.get("input") or _input(detail["executionArn"]))
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedEvent("MALFORMED_EVENT", f"The event is no failed end of an execution: {type(error).__name__}.") from None
    return Plan.of(given), reason(detail["status"], message)


def _input(execution_arn: str) -> str:
    text: str = client("stepfunctions").describe_execution(executionArn=execution_arn)["input"]
    return text
