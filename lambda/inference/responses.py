"""What callers get."""

import base64
import json
import re
from typing import Any

from inference.endpoint import Prediction
from inference.errors import InferenceError, ModelFailed

SAFE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
REQUEST_ID, VARIANT = "x-request-id", "x-model-variant"
LARGEST_RESPONSE_BYTES = 6_000_000
"""A function answers with 6 MB at most, headers and escapes included.

See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
UNKNOWN_TYPE = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[\w.+*-]+/[\w.+*-]+(\s*;\s*[\w.+-]+=[\w.+\"'/ :-]+)*", re.ASCII)
_TEXT = re.compile(r"text/.*|application/(json|jsonlines|xml|[\w.-]+\+(json|xml))")


def success(prediction: Prediction, request_id: str) -> dict[str, Any]:
    """The container's body and content type in a response of API Gateway's proxy integration.

    Raises:
        ModelFailed: A body that a function can't answer with.
    """
    content_type = prediction.content_type if _MEDIA_TYPE.fullmatch(prediction.content_type) else UNKNOWN_TYPE
    body, encoded = _body(prediction.body, content_type)
    headers = {"Content-Type": content_type, REQUEST_ID: request_id, VARIANT: prediction.variant} | SAFE
    return {
        "statusCode": 200,
        "headers": {name: value for name, value in headers.items() if value},
        "body": body,
        "isBase64Encoded": encoded,
    }


def failure(error: InferenceError, request_id: str) -> dict[str, Any]:
    """The error in a response of API Gateway's proxy integration."""
    again = {"Retry-After": str(error.retry_seconds)} if error.retry_seconds else {}
    headers = {"Content-Type": "application/json", REQUEST_ID: request_id} | SAFE | again
    body = json.dumps({"message": error.message, "request_id": request_id})
    return {"statusCode": int(error.status), "headers": headers, "body": body, "isBase64Encoded": False}


def _body(content: bytes, content_type: str) -> tuple[str, bool]:
    """Text where it is text, as escapes are part of the limit; base64 otherwise."""
    text = _text(content) if _TEXT.fullmatch(content_type.partition(";")[0].strip().lower()) else None
    body = base64.b64encode(content).decode() if text is None else text
    if len(json.dumps(body)) > LARGEST_RESPONSE_BYTES:
        raise ModelFailed("RESPONSE_SIZE", "The prediction is too large for a response: ask for less at once.")
    return body, text is None


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
