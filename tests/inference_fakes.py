"""SageMaker's runtime as functions in front of endpoints see it: it replies what it is told to, and refuses what its API doesn't have."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator

from inference import attempts
from inference.settings import settings

VARIABLES = {
    "CONTENT_TYPES": "application/json,text/csv,application/x-npy",
    "ENDPOINT_NAME": "stack-endpoint-12345678",
    "MAX_REQUEST_BYTES": "1000",
    "TIMEOUT_SECONDS": "25",
}
OPTIONAL = ("ALLOWED_CLIENTS",)
Scripted = Any
"""A response, an exception to raise, or a function of the parameters that gives either."""


def prediction(body: bytes = b"0.75\n", content_type: str | None = "text/csv; charset=utf-8", **members: Any) -> dict[str, Any]:
    """A response of InvokeEndpoint."""
    answer = {"Body": io.BytesIO(body), "ContentType": content_type, "InvokedProductionVariant": "AllTraffic", **members}
    return {name: value for name, value in answer.items() if value is not None}


def error(code: str, status: int = 400, *, message: str = "", **members: Any) -> ClientError:
    """An error as boto3 raises it; that of a model has an ``OriginalStatusCode``."""
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}, **members}
    return ClientError(response, "InvokeEndpoint")


def model_error(status: int, message: str = "") -> ClientError:
    """What a container's answer with ``status`` becomes."""
    return error("ModelError", 424, message=message, OriginalStatusCode=status, OriginalMessage=message)


class Runtime:
    """Stands in for SageMaker's runtime and notes what it is called with."""

    def __init__(self) -> None:
        self.replies: list[Scripted] = [prediction]
        self.calls: list[dict[str, Any]] = []
        self.read_timeouts: list[float] = []
        self.waited: list[float] = []

    def answer(self, parameters: dict[str, Any]) -> Any:
        """The next scripted answer; the last one goes on."""
        self.calls.append(parameters)
        scripted = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        found = scripted() if scripted is prediction else scripted(parameters) if callable(scripted) else scripted
        if isinstance(found, Exception):
            raise found
        return found


def installed(patch: pytest.MonkeyPatch, **variables: str) -> Runtime:
    """Sets the variables of a function and puts the stand-in in SageMaker's place."""
    runtime = Runtime()
    configure(patch, **variables)

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        assert operation == "InvokeEndpoint"
        runtime.read_timeouts.append(client.meta.config.read_timeout)
        report = ParamValidator().validate(parameters, client.meta.service_model.operation_model(operation).input_shape)
        if report.has_errors():
            raise ParamValidationError(report=report.generate_report())
        return runtime.answer(parameters)

    patch.setattr(BaseClient, "_make_api_call", call)
    patch.setattr(attempts, "time", SimpleNamespace(sleep=runtime.waited.append))
    return runtime


def configure(patch: pytest.MonkeyPatch, **variables: str) -> None:
    """Sets exactly these variables of a function beside the required ones."""
    for name in OPTIONAL:
        patch.delenv(name, raising=False)
    for name, value in (VARIABLES | variables).items():
        patch.setenv(name, value)
    settings.cache_clear()


def request(body: Any = "1,2,3", content_type: str | None = "text/csv", *, claims: Any = None, **members: Any) -> dict[str, Any]:
    """An event of API Gateway's proxy integration."""
    headers = {"Content-Type": content_type} if content_type is not None else {}
    context: dict[str, Any] = {"identity": {"userArn": "arn:aws:iam::123456789012:user/ada"}}
    if claims is not None:
        context["authorizer"] = {"claims": claims}
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    event = {"httpMethod": "POST", "path": "/predictions", "headers": headers, "requestContext": context}
    return event | {"body": text, "isBase64Encoded": False} | members


def counts(printed: str) -> dict[str, float]:
    """The metrics that were put out, summed up."""
    found: dict[str, float] = {}
    for line in printed.splitlines():
        if '"_aws"' in line:
            record = json.loads(line)
            for metric in record["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + sum(record[metric["Name"]])
    return found
