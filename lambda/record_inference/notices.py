"""Notices of asynchronous inferences, as SageMaker publishes them.

https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from documents.errors import MalformedEvent
from submissions.failures import reason

COMPLETED, FAILED = "Completed", "Failed"
OURS = re.compile(r"(?P<inference>[0-9a-f]{40})-(?P<attempt>[1-9][0-9]{0,8})")
READABLE = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9]{0,60}):\s*(?P<message>.+)", re.DOTALL)


@dataclass(frozen=True)
class Notice:
    """The end of one attempt; without ``inference`` one of somebody else's, without ``reason`` a good one."""

    inference: str | None
    attempt: int
    output_location: str | None
    reason: dict[str, str] | None


def parse(body: str) -> Notice:
    """SageMaker's message, out of SNS's envelope unless the subscription delivers raw messages.

    Raises:
        MalformedEvent: It is no notice of an asynchronous inference.
    """
    try:
        message = json.loads(body)
        notice: dict[str, Any] = json.loads(message["Message"]) if "Message" in message else message
        status, inference = notice["invocationStatus"], notice["inferenceId"]
        given = notice.get("failureReason") or ""
        output = (notice.get("responseParameters") or {}).get("outputLocation")
        if status not in (COMPLETED, FAILED) or not isinstance(inference, str) or not isinstance(given, str):
            raise TypeError
        if not isinstance(output, str | None):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedEvent("MALFORMED_NOTICE", f"The message is no notice of an inference: {type(error).__name__}.") from None
    ours = OURS.fullmatch(inference)
    why = None if status == COMPLETED else _reason(given)
    return Notice(ours["inference"] if ours else None, int(ours["attempt"]) if ours else 0, output, why)


def _reason(given: str) -> dict[str, str]:
    """Code and message of a sentence such as ``ClientError: Received server error (500) from model``."""
    said = READABLE.fullmatch(given.strip())
    return reason(said["code"], said["message"]) if said else reason("InvocationFailed", given.strip() or "SageMaker gave no reason.")
