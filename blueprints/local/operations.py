"""Tells which operation of which service a request asks for, and speaks the service's protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from moto.core.model import OperationModel

SHARED_SIGNING_NAMES = {
    "aoss": ("opensearchserverless",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "appconfig": ("appconfig", "appconfigdata"),
    "bedrock": (
        "bedrock",
        "bedrock-runtime",
        "bedrock-agent",
        "bedrock-agent-runtime",
        "bedrock-data-automation",
        "bedrock-data-automation-runtime",
    ),
    "bedrock-agentcore": ("bedrock-agentcore", "bedrock-agentcore-control"),
    "cloudcontrolapi": ("cloudcontrol",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "email": ("sesv2", "ses"),
    "es": ("opensearch", "es"),
    "forecast": ("forecast", "forecastquery"),
    "kinesisanalytics": ("kinesisanalyticsv2", "kinesisanalytics"),
    "lex": ("lexv2-models", "lexv2-runtime", "lex-models", "lex-runtime"),
    "monitoring": ("cloudwatch",),
    "personalize": ("personalize", "personalize-runtime", "personalize-events"),
    "rds": ("rds", "neptune", "docdb"),
    "s3": ("s3", "s3control"),
    "sagemaker": (
        "sagemaker",
        "sagemaker-runtime",
        "sagemaker-featurestore-runtime",
        "sagemaker-a2i-runtime",
        "sagemaker-metrics",
        "sagemaker-edge",
    ),
    "ses": ("sesv2", "ses"),
    "servicequotas": ("service-quotas",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
    "timestream": ("timestream-query", "timestream-write"),
}
"""The services that sign with a name which is not, or not only, their own, likeliest first."""

XML_ERRORS = {
    "query": "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>",
    "rest-xml": "<Error><Code>{code}</Code><Message>{message}</Message></Error>",
    "ec2": "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>",
}

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_RPC_V2 = re.compile(r"^/service/[^/]+/operation/(\w+)$")


@dataclass(frozen=True)
class Request:
    """An HTTP request.

    Args:
        method: The HTTP method.
        path: The path as it came, still percent-encoded.
        query: The query string as it came.
        headers: The headers by their names in lower case.
        body: The body.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def signing_name(self) -> str:
        """The service that the request's signature is scoped to; empty for requests that are not signed in a header."""
        match = _CREDENTIAL.search(self.headers.get("authorization", ""))
        return match[2] if match else ""


@dataclass(frozen=True)
class Call:
    """A request whose operation is known.

    Args:
        service: The service's name as botocore has it.
        operation: The operation's name as the service's API reference has it.
    """

    service: str
    operation: str


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


def candidates(signing_name: str) -> tuple[str, ...]:
    """Returns the services, as botocore names them, that sign with ``signing_name``."""
    return SHARED_SIGNING_NAMES.get(signing_name, (signing_name,))


def identify(request: Request) -> Call | None:
    """Returns the operation that ``request`` asks for, or ``None`` when no service has it."""
    for service in candidates(request.signing_name) if request.signing_name else ():
        if call := _identify(service, request):
            return call
    return None


def _identify(service: str, request: Request) -> Call | None:
    from botocore.exceptions import UnknownServiceError
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import NotFound

    if match := _RPC_V2.match(request.path):
        return Call(service, match[1])
    try:
        operation, _ = get_service_router(service).match(_moto_request(request))
    except (NotFound, NotImplementedError, UnknownServiceError):
        return None
    return Call(service, operation.name)


def parse(call: Call, request: Request) -> dict[str, Any]:
    """Returns the input of the operation as botocore's shapes have it, with blobs as bytes."""
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.routing import get_service_router

    native = _moto_request(request)
    operation, labels = get_service_router(call.service).match(native)
    parser = PROTOCOL_PARSERS[operation.service_model.protocol](operation)
    parsed: dict[str, Any] = parser.parse(
        {
            "body": request.body,
            "headers": native.headers,
            "method": request.method,
            "url_params": labels,
            "url_path": request.path,
            "values": native.values,
        }
    )
    return parsed


def serialise(call: Call, result: Mapping[str, Any]) -> Response:
    """Returns the answer ``result`` in the service's protocol."""
    model = _model(call)
    response = _serialise(model, dict(result))
    members = model.output_shape.members if model.output_shape else {}
    named = {name: shape.serialization["name"] for name, shape in members.items() if shape.serialization.get("location") == "header"}
    stated = {header.lower(): str(result[name]) for name, header in named.items() if name in result}
    return replace(response, headers={**response.headers, **stated})


def serialise_error(call: Call, code: str, message: str, status: int, details: Mapping[str, Any] | None = None) -> Response:
    """Returns an error in the service's protocol, with further members where that speaks JSON."""
    protocol = _model(call).service_model.protocol
    if protocol in ("json", "rest-json") or protocol not in XML_ERRORS:
        return json_error(code, message, status, details)
    body = XML_ERRORS[protocol].format(code=escape(code), message=escape(message))
    return Response(status, {"content-type": "text/xml", "x-amzn-errortype": code}, body.encode())


def json_error(code: str, message: str, status: int, details: Mapping[str, Any] | None = None) -> Response:
    """Returns an error as the services that speak JSON shape it."""
    body = json.dumps({"__type": code, "message": message, **(details or {})}).encode()
    return Response(status, {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code}, body)


def _model(call: Call) -> OperationModel:
    from moto.core.utils import get_service_model

    return get_service_model(call.service).operation_model(call.operation)


def _serialise(operation: OperationModel, result: Any) -> Response:
    from moto.core.serialize import get_serializer_class

    serialiser = get_serializer_class(operation.service_model.service_name, operation.service_model.protocol)
    native = serialiser(operation).serialize(result)
    body = native["body"]
    headers = {name.lower(): str(value) for name, value in native["headers"].items()}
    return Response(native["status_code"], headers, body.encode() if isinstance(body, str) else body)


def _moto_request(request: Request) -> Any:
    from moto.core.request import Request as MotoRequest

    url = f"http://localhost{request.path}" + (f"?{request.query}" if request.query else "")
    return MotoRequest.from_primitives(request.method, url, {**request.headers, "host": "localhost"}, request.body)
