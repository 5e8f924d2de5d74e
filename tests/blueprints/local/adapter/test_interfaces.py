"""API Gateway checks requests before a function sees them."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
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


@pytest.mark.long
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


STREAM = """
import json

def handler(event, context):
    if "fail" in event["headers"].get("wish", ""):
        raise ValueError("before the first chunk")
    opening = {"statusCode": 202, "headers": {"Content-Type": "text/event-stream"}, "cookies": ["a=1", "b=2"]}
    yield json.dumps(opening).encode() + bytes(0 if "bare" in event["headers"].get("wish", "") else 8)
    yield json.dumps(event["requestContext"]["authorizer"]["claims"]["custom:tenant"]).encode() + b"\\xff"
    if "break" in event["headers"].get("wish", ""):
        raise ValueError("behind the first chunk")
"""
PASSWORD = "Correct horse 1!"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
STREAMED_URI = {
    "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/${Streaming.Arn}/response-streaming-invocations"
}


def streaming_package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", STREAM)
        for path in (Path(__file__).parents[4] / "lambda" / "streaming").iterdir():
            if path.is_file():
                archive.write(path, f"streaming/{path.name}")
    return packed.getvalue()


class Users:
    """An API for the users of a pool: one method answers at once, one streams."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws
        aws.client("s3").create_bucket(Bucket="code-of-users")
        aws.client("s3").put_object(Bucket="code-of-users", Key="code.zip", Body=streaming_package())
        url = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/v1"}
        outputs = {"Url": url, "Pool": raw.ref("Pool"), "Client": raw.ref("Client")}
        self.names = raw.deploy(aws, "users-api", self.resources(), outputs)

    def resources(self) -> dict[str, Any]:
        wrapper = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/streaming/wrapper"}}
        code = {"S3Bucket": "code-of-users", "S3Key": "code.zip"}
        schema = [{"Name": "tenant", "AttributeDataType": "String", "Mutable": True}]
        return {
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"Schema": schema}},
            "Client": {
                "Type": "AWS::Cognito::UserPoolClient",
                "Properties": {"UserPoolId": raw.ref("Pool"), "ExplicitAuthFlows": FLOWS},
            },
            "Role": raw.role("lambda.amazonaws.com"),
            "Function": raw.function("Role", ECHO),
            "Streaming": raw.function("Role", "", Code=code, Environment=wrapper),
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "users"}},
            "Authorizer": resource(
                "Authorizer",
                Name="users",
                Type="COGNITO_USER_POOLS",
                IdentitySource="method.request.header.Authorization",
                ProviderARNs=[raw.attribute("Pool")],
            ),
            "Get": self.method("GET", {"Uri": URI}),
            "Post": self.method("POST", {"Uri": STREAMED_URI, "ResponseTransferMode": "STREAM"}),
            "Deployment": {**resource("Deployment"), "DependsOn": ["Get", "Post"]},
            "Stage": resource("Stage", DeploymentId=raw.ref("Deployment"), StageName="v1"),
        }

    def method(self, name: str, integration: dict[str, Any]) -> dict[str, Any]:
        place = {"ResourceId": raw.attribute("Api", "RootResourceId"), "HttpMethod": name}
        authorized = {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": raw.ref("Authorizer")}
        whole = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", **integration}
        return resource("Method", **place, **authorized, Integration=whole)

    def tokens(self) -> dict[str, str]:
        cognito, pool = self.aws.client("cognito-idp"), self.names["Pool"]
        tenant = [{"Name": "custom:tenant", "Value": "north"}]
        cognito.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS", UserAttributes=tenant)
        cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True)
        answer = cognito.initiate_auth(
            ClientId=self.names["Client"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD}
        )
        found: dict[str, str] = answer["AuthenticationResult"]
        return found

    def call(self, http_method: str, token: str = "", wish: str = "") -> tuple[int, Any, bytes]:
        headers = {"wish": wish, **({"Authorization": token} if token else {})}
        request = Request(self.aws.reachable(self.names["Url"]) + "/", b"{}", headers, method=http_method)  # noqa: S310
        try:
            with urlopen(request) as answer:  # noqa: S310
                return answer.status, answer.headers, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def plain_users(plain_aws: EmbeddedAws) -> tuple[Users, dict[str, str]]:
    users = Users(plain_aws)
    return users, users.tokens()


@pytest.fixture(scope="module")
def adapted_users(adapted_aws: EmbeddedAws) -> tuple[Users, dict[str, str]]:
    users = Users(adapted_aws)
    return users, users.tokens()


@pytest.mark.long
def test_ministack_takes_access_tokens_without_scopes(plain_users: Any) -> None:
    users, tokens = plain_users
    assert users.call("GET", tokens["AccessToken"])[0] == 200


def test_users_need_their_own_identity(adapted_users: Any) -> None:
    users, tokens = adapted_users
    forged = tokens["IdToken"][:-4] + "AAAA"
    assert [users.call("GET", token)[0] for token in ("", forged, tokens["AccessToken"], tokens["IdToken"])] == [401, 401, 401, 200]


@pytest.mark.long
def test_ministack_does_not_find_functions_that_stream(plain_users: Any) -> None:
    users, tokens = plain_users
    assert users.call("POST", tokens["IdToken"])[0] == 500


def test_streamed_responses_arrive_as_they_were_sent(adapted_users: Any) -> None:
    users, tokens = adapted_users
    status, headers, body = users.call("POST", tokens["IdToken"])
    assert (status, headers["Content-Type"], body) == (202, "text/event-stream", b'"north"\xff')
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert users.call("POST")[0] == 401


@pytest.mark.parametrize(("wish", "status"), [("fail", 502), ("bare", 502), ("break", 202)])
def test_what_goes_wrong_before_the_opening_is_a_bad_gateway(adapted_users: Any, wish: str, status: int) -> None:
    users, tokens = adapted_users
    assert users.call("POST", tokens["IdToken"], wish)[0] == status
