"""How a function that CloudFormation calls as a custom resource answers it: whatever happens, once, at the address it was given."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

ANSWER_SECONDS = 30
LOOPBACK = "http://127.0.0.1:"

logger = Logger()


def run(event: dict[str, Any], context: LambdaContext, *, physical_id: str, work: Callable[[], dict[str, str]]) -> None:
    """Does the work and answers with its data, or with the reason why there is none.

    Args:
        event: As CloudFormation sent it.
        context: Of this invocation; its log stream goes into the reason.
        physical_id: Names what stands behind the resource; a new one makes CloudFormation delete the old.
        work: Returns what ``Fn::GetAtt`` finds.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    data: dict[str, str] = {}
    reason = ""
    try:
        data = work()
    except Exception as error:
        logger.exception("failed")
        reason = f"{type(error).__name__}: {error} (log stream {context.log_stream_name})"
    _send(
        event["ResponseURL"],
        {
            "Status": "FAILED" if reason else "SUCCESS",
            "Reason": reason,
            "PhysicalResourceId": physical_id,
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
            "Data": data,
        },
    )


def _send(url: str, answer: dict[str, Any]) -> None:
    if not url.startswith(("https://", LOOPBACK)):
        raise ValueError("ResponseURL must be an https address")
    request = urllib.request.Request(url, data=json.dumps(answer).encode(), method="PUT", headers={"Content-Type": ""})  # noqa: S310
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310
        logger.info("answered", status=answer["Status"])
