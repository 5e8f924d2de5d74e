"""Data capture: requests and answers as JSON lines in S3."""

from __future__ import annotations

import base64
import json
import logging
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.naming import below, split
from blueprints.local.sagemaker.running import Invocation, Reply

log = logging.getLogger(__name__)
ENCODINGS = {"text/csv": "CSV", "application/json": "JSON"}
"""How data of a content type is written; in base 64 otherwise, unless the configuration names the type."""


@dataclass(frozen=True)
class Captured:
    """One request and its answer."""

    endpoint: str
    variant: str
    invocation: Invocation
    reply: Reply
    inference_id: str | None


def chosen(config: Mapping[str, Any]) -> bool:
    """Tells whether this request is one of those that are captured."""
    return bool(config.get("EnableCapture")) and random.uniform(0, 100) < config["InitialSamplingPercentage"]  # noqa: S311 - samples


def write(config: Mapping[str, Any], captured: Captured, role: ClientFactory) -> None:
    """Writes one request as the model's role; a role that may not is told in the log only, as the caller has its answer already.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
    """
    now = datetime.now(UTC)
    key = f"{captured.endpoint}/{captured.variant}/{now:%Y/%m/%d/%H}/{now:%M-%S-%f}"[:-3] + f"-{uuid.uuid4()}.jsonl"
    bucket, path = split(below(config["DestinationS3Uri"], key))
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": config["KmsKeyId"]} if config.get("KmsKeyId") else {}
    try:
        role("s3").put_object(Bucket=bucket, Key=path, Body=(json.dumps(line(config, captured, now)) + "\n").encode(), **encryption)
    except (ClientError, BotoCoreError) as error:
        log.warning("data of endpoint %s could not be captured: %s", captured.endpoint, error)


def line(config: Mapping[str, Any], captured: Captured, now: datetime) -> dict[str, Any]:
    """Returns a line of a capture file."""
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    sides = {
        "endpointInput": ("Input", "INPUT", captured.invocation.content_type, captured.invocation.body),
        "endpointOutput": ("Output", "OUTPUT", captured.reply.content_type, captured.reply.body),
    }
    data = {
        name: {"observedContentType": kind, "mode": mode, **_encoded(config, kind, content)}
        for name, (option, mode, kind, content) in sides.items()
        if modes & {option, "InputAndOutput"}
    }
    named = {"inferenceId": captured.inference_id} if captured.inference_id else {}
    event = {"eventId": str(uuid.uuid4()), **named, "inferenceTime": now.isoformat(timespec="seconds").replace("+00:00", "Z")}
    return {"captureData": data, "eventMetadata": event, "eventVersion": "0"}


def _encoded(config: Mapping[str, Any], content_type: str, content: bytes) -> dict[str, str]:
    kind = content_type.partition(";")[0].strip().lower()
    header = config.get("CaptureContentTypeHeader") or {}
    named = {**dict.fromkeys(header.get("CsvContentTypes", ()), "CSV"), **dict.fromkeys(header.get("JsonContentTypes", ()), "JSON")}
    encoding = (named or ENCODINGS).get(kind, "BASE64")
    if encoding != "BASE64":
        try:
            return {"data": content.decode(), "encoding": encoding}
        except UnicodeDecodeError:
            pass
    return {"data": base64.b64encode(content).decode(), "encoding": "BASE64"}
