"""API Gateway checks requests before a function sees them."""

import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

Api = Callable[..., tuple[int, Any]]
ECHO = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event['queryStringParameters'])}\n"
URI = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"}
SCHEMA = {"type": "object", "required": ["decision"], "properties": {"decision": {"enum": ["approve", "reject"]}}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::ApiGateway::{kind}", "Properties": {"RestApiId": raw.ref("Api"), **properties}}


def method(name: str, **properties: Any) -> dict[str, Any]:
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": URI}
    place = {"ResourceId": raw.attribute("Api", "RootResourceId"), "HttpMethod": name, "AuthorizationType": "NONE"}
    return resource("Method", **place, RequestValidatorId=raw.ref("Validator"), Integration=integration, **properties)


def deployed(aws: EmbeddedAws) -> Api:
    """An API whose methods want a parameter, and a body of a certain form."""
    resources = {
        "Role": raw.role("lambda.amazonaws.com"),
        "Function": raw.function("Role", ECHO),
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "validated"}},
        "Decision": resource("Model", ContentType="application/json", Name="Decision", Schema=SCHEMA),
        "Validator": resource("RequestValidator", ValidateRequestBody=True, ValidateRequestParameters=True),
        "Get": method("GET", RequestParameters={"method.request.querystring.status": True}),
        "Post": method("POST", RequestModels={"application/json": raw.ref("Decision")}),
        "Deployment": {**resource("Deployment"), "DependsOn": ["Get", "Post"]},
        "Stage": resource("Stage", DeploymentId=raw.ref("Deployment"), StageName="v1"),
    }
    url = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/v1"}
    address = aws.reachable(raw.deploy(aws, "validated-api", resources, {"Url": url})["Url"])

    def call(http_method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = json.dumps(body).encode() if body is not None else None
        request = Request(address + path, data, {"Content-Type": "application/json"}, method=http_method)  # noqa: S310
        try:
            with urlopen(request) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    return call


@pytest.fixture(scope="module")
def plain(plain_aws: EmbeddedAws) -> Api:
    return deployed(plain_aws)


@pytest.fixture(scope="module")
def adapted(adapted_aws: EmbeddedAws) -> Api:
    return deployed(adapted_aws)


def test_ministack_does_not_validate_requests(plain: Api) -> None:
    assert plain("GET", "/")[0] == 200
    assert plain("POST", "/", {"decision": "perhaps"})[0] == 200


def test_requests_that_are_valid_reach_the_function(adapted: Api) -> None:
    assert adapted("GET", "/?status=OPEN") == (200, {"status": "OPEN"})
    assert adapted("POST", "/", {"decision": "approve"}) == (200, None)


def test_parameters_are_validated(adapted: Api) -> None:
    assert adapted("GET", "/") == (400, {"message": "Missing required request parameters: [status]"})


def test_bodies_are_validated(adapted: Api) -> None:
    assert adapted("POST", "/", {"decision": "perhaps"}) == (400, {"message": "Invalid request body"})
