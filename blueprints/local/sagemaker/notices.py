"""What an asynchronous endpoint tells its topics.

Follows https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local import identity
from blueprints.local.clients import ClientFactory

log = logging.getLogger(__name__)
MAX_INCLUDED_BYTES = 128 * 1024
PARAMETERS = {"accept": "Accept", "contentType": "ContentType", "endpointName": "EndpointName", "inputLocation": "InputLocation"}
HINT = "Check S3 path location(if configured) or Cloudwatch for additional details."


@dataclass(frozen=True)
class Outcome:
    """What became of a request.

    Args:
        failure: Why it failed; empty if it did not.
        location: Where the answer, or the failure, was written; empty if nowhere.
        content_type: The format of the answer.
        body: The answer.
    """

    failure: str = ""
    location: str = ""
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)


def notice(request: Mapping[str, Any], inference_id: str, received: datetime, outcome: Outcome, *, included: bool) -> dict[str, Any]:
    """Returns the message to the topic.

    Args:
        request: The parameters of ``InvokeEndpointAsync``.
        inference_id: The id of the request.
        received: When it came.
        outcome: What became of it.
        included: Whether the answer is told too, if it is small.
    """
    place = {"outputLocation": outcome.location} if outcome.location else {}
    kind = {"contentType": outcome.content_type} if outcome.content_type else {}
    told = {
        "awsRegion": identity.region(),
        "eventTime": _stamp(datetime.now(UTC)),
        "receivedTime": _stamp(received),
        "invocationStatus": "Failed" if outcome.failure else "Completed",
        "requestParameters": {name: request[parameter] for name, parameter in PARAMETERS.items() if request.get(parameter)},
        "inferenceId": inference_id,
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }
    told |= {"failureReason": outcome.failure} if outcome.failure else {}
    told |= {"responseParameters": {**kind, **place}} if kind or place else {}
    if included and len(outcome.body) <= MAX_INCLUDED_BYTES:
        told["responseBody"] = {"content": base64.b64encode(outcome.body).decode(), "message": HINT, "encoding": "BASE64"}
    return told


def publish(config: Mapping[str, Any], told: Mapping[str, Any], role: ClientFactory) -> None:
    """Publishes a message as the model's role, where there is a topic; that it may not is told in the log only."""
    topic = topic_of(config, told["invocationStatus"] == "Failed")
    if topic is None:
        return
    try:
        role("sns").publish(TopicArn=topic, Message=json.dumps(told))
    except (BotoCoreError, ClientError) as error:
        log.warning("SageMaker could not publish to %s: %s", topic, error)


def topic_of(config: Mapping[str, Any], failed: bool) -> str | None:
    """Returns the topic for answers, or that for failures."""
    found: str | None = _notification(config).get("ErrorTopic" if failed else "SuccessTopic")
    return found


def is_included(config: Mapping[str, Any], failed: bool) -> bool:
    """Tells whether the topic gets the answer too."""
    wanted = "ERROR_NOTIFICATION_TOPIC" if failed else "SUCCESS_NOTIFICATION_TOPIC"
    return wanted in (_notification(config).get("IncludeInferenceResponseIn") or ())


def _notification(config: Mapping[str, Any]) -> Mapping[str, Any]:
    return (config.get("OutputConfig") or {}).get("NotificationConfig") or {}


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
