"""The form in which API Gateway takes streamed responses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

SEPARATOR = bytes(8)


def opening(status: int | HTTPStatus, headers: Mapping[str, str]) -> bytes:
    """What stands before the body: status and headers as JSON, then eight zero bytes."""
    return json.dumps({"statusCode": int(status), "headers": dict(headers)}).encode() + SEPARATOR


def event(name: str, data: Mapping[str, object]) -> bytes:
    """One server-sent event with JSON data (WHATWG HTML, section 9.2)."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
