"""SageMaker's runtime as functions that have texts written see it, at once and as a stream."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.validate import ParamValidator

from inference import attempts
from inference.settings import settings
from tests.inference_fakes import Runtime, error, prediction, request

VARIABLES = {
    "COMPONENT_NAMES": "stack-{}-12345678",
    "CONTENT_TYPES": "application/json",
    "ENDPOINT_NAME": "stack-endpoint-12345678",
    "MAX_PROMPT_BYTES": "100",
    "MAX_REQUEST_BYTES": "16000",
    "MAX_TOKENS": "64",
    "MODELS": "assistant,writer,legal",
    "TIMEOUT_SECONDS": "26",
}
OPERATIONS = ("InvokeEndpoint", "InvokeEndpointWithResponseStream")
USAGE = {"prompt_tokens": 12, "completion_tokens": 3}
NO_CAPACITY = error("ValidationError", message="Inference Component has no capacity to process this request.")


def asked(**members: Any) -> dict[str, Any]:
    """An event with a request for a text."""
    return request({"messages": [{"role": "user", "content": "Say hello."}]} | members, "application/json")


def completion(text: Any = "Hello.", finish_reason: Any = "stop", **members: Any) -> dict[str, Any]:
    """What a model server answers."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    body = {"id": "chat-1", "model": "/opt/ml/model", "choices": [choice], "usage": USAGE} | members
    return prediction(json.dumps(body).encode(), "application/json")


def chunk(text: str | None = None, finish_reason: str | None = None, **members: Any) -> bytes:
    """One server-sent event of a model server."""
    delta = {"content": text} if text is not None else {}
    body = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]} | members
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def parts(content: bytes, size: int) -> Iterator[dict[str, Any]]:
    """A stream's events, cut anywhere."""
    for start in range(0, len(content), size):
        yield {"PayloadPart": {"Bytes": content[start : start + size]}}


def installed(patch: pytest.MonkeyPatch, **variables: str) -> Runtime:
    """Sets the variables of a function and puts the stand-in in SageMaker's place."""
    runtime = Runtime()
    runtime.replies = [lambda _: completion()]
    patch.delenv("ALLOWED_CLIENTS", raising=False)
    for name, value in (VARIABLES | variables).items():
        patch.setenv(name, value)
    settings.cache_clear()

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        assert operation in OPERATIONS
        runtime.read_timeouts.append(client.meta.config.read_timeout)
        report = ParamValidator().validate(parameters, client.meta.service_model.operation_model(operation).input_shape)
        assert not report.has_errors(), report.generate_report()
        return runtime.answer(parameters)

    patch.setattr(BaseClient, "_make_api_call", call)
    patch.setattr(attempts, "time", SimpleNamespace(sleep=runtime.waited.append))
    return runtime
