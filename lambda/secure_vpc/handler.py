"""The CloudFormation custom resource: does what was asked and always answers."""

import json
import urllib.request
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from secure_vpc.logic import secure

logger = Logger()


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Answers CloudFormation with the prefix lists, or with the reason why there are none."""
    properties = event["ResourceProperties"]
    data: dict[str, str] = {}
    reason = ""
    try:
        if event["RequestType"] != "Delete":
            data = secure(group_id=properties["GroupId"], region=properties["Region"])
    except Exception as error:
        logger.exception("the VPC could not be secured")
        reason = f"{type(error).__name__}: {error} (log stream {context.log_stream_name})"
    answer(event, data=data, reason=reason)


def answer(event: dict[str, Any], *, data: dict[str, str], reason: str) -> None:
    """Sends the outcome to the address that CloudFormation signed for it.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    url: str = event["ResponseURL"]
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("ResponseURL must be an https address")
    body = {
        "Status": "FAILED" if reason else "SUCCESS",
        "Reason": reason,
        "PhysicalResourceId": event.get("PhysicalResourceId") or event["ResourceProperties"]["GroupId"],
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    }
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310
        logger.info("answered", extra={"status": body["Status"]})
