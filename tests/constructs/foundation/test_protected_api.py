from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey, HandlerDefaults, HandlerFunction
from ml_constructs.foundation.api_stage import Throttle
from ml_constructs.foundation.firewall import Filtering
from ml_constructs.foundation.protected_api import ProtectedApi

Define = Callable[..., ProtectedApi]


@pytest.fixture
def define(stack: cdk.Stack, defaults: HandlerDefaults) -> Define:
    def make(**options: Any) -> ProtectedApi:
        function = HandlerFunction(stack, "Echo", package="echo_event", defaults=defaults)
        api = ProtectedApi(stack, "Api", defaults=defaults, filtering=Filtering(name="Echoes"), **options)
        integration = apigateway.LambdaIntegration(function, allow_test_invoke=False)
        api.add_method("GET", "/echoes/{id}", integration, parameters={"method.request.path.id": True})
        model = api.api.add_model("Echo", schema=apigateway.JsonSchema(type=apigateway.JsonSchemaType.OBJECT))
        api.add_method("POST", "/echoes", integration, model=model)
        return api

    return make


@pytest.fixture
def endpoint(stack: cdk.Stack) -> ec2.IInterfaceVpcEndpoint:
    return ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
        stack, "Endpoint", port=443, security_groups=[], vpc_endpoint_id="vpce-0123456789abcdef0"
    )


@pytest.fixture
def users(stack: cdk.Stack) -> cognito.IUserPool:
    return cognito.UserPool.from_user_pool_id(stack, "Users", "us-east-1_Abcdefghi")


def test_methods_ask_for_aws_credentials_and_are_validated(define: Define, stack: cdk.Stack, template: Callable[[], Template]) -> None:
    api = define()
    found = template()
    methods = [each["Properties"] for each in found.find_resources("AWS::ApiGateway::Method").values()]
    assert {method["AuthorizationType"] for method in methods} == {"AWS_IAM"}
    assert {method["RequestValidatorId"]["Ref"] for method in methods} == {stack.resolve(api.validator.request_validator_id)["Ref"]}
    assert [method.get("RequestModels") for method in methods if method["HttpMethod"] == "GET"] == [None]
    assert [list(method["RequestModels"]) for method in methods if method["HttpMethod"] == "POST"] == [["application/json"]]
    (rest,) = found.find_resources("AWS::ApiGateway::RestApi").values()
    assert rest["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert "Policy" not in rest["Properties"]
    assert found.to_json().get("Outputs") is None


def test_the_rule_packs_find_nothing(define: Define, findings: Callable[[], dict[str, list[str]]]) -> None:
    define()
    assert findings() == {}


def test_the_rule_packs_find_nothing_where_users_of_a_pool_call(
    define: Define, users: cognito.IUserPool, findings: Callable[[], dict[str, list[str]]]
) -> None:
    define(users=users)
    assert findings() == {}


def test_logs_that_api_gateway_would_make_are_made_encrypted_before_it_can(
    define: Define, stack: cdk.Stack, key: DataKey, template: Callable[[], Template]
) -> None:
    logs = stack.resolve(define().execution_logs.log_group_name)["Ref"]
    found = template()
    group = found.to_json()["Resources"][logs]["Properties"]
    assert group["LogGroupName"]["Fn::Join"][1][::2] == ["API-Gateway-Execution-Logs_", "/v1"]
    assert group["KmsKeyId"] == stack.resolve(key.key_arn)
    found.has_resource("AWS::ApiGateway::Stage", {"DependsOn": Match.array_with([logs])})


def test_limits_hold_for_the_stage_and_for_addresses(define: Define, template: Callable[[], Template]) -> None:
    define(limits=Throttle(requests_per_second=3, burst=4, requests_per_address=50))
    found = template()
    settings = Match.object_like({"ThrottlingRateLimit": 3, "ThrottlingBurstLimit": 4})
    found.has_resource_properties("AWS::ApiGateway::Stage", {"MethodSettings": [settings]})
    rate = {"RateBasedStatement": Match.object_like({"Limit": 50})}
    found.has_resource_properties("AWS::WAFv2::WebACL", {"Rules": Match.array_with([Match.object_like({"Statement": rate})])})


def test_identities_may_be_let_in_to_what_was_added(define: Define, stack: cdk.Stack, template: Callable[[], Template]) -> None:
    callers = iam.Role(stack, "Callers", assumed_by=iam.AccountRootPrincipal())
    define().grant_invoke(callers)
    resources = [Match.object_like({"Fn::Join": ["", Match.array_with([end])]}) for end in ("/v1/GET/echoes/*", "/v1/POST/echoes")]
    statement = Match.object_like({"Action": "execute-api:Invoke", "Resource": resources})
    template().has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": Match.array_with([statement])}})


def test_with_an_endpoint_the_api_is_reached_through_it_only_by_identities_of_the_account(
    define: Define, endpoint: ec2.IInterfaceVpcEndpoint, template: Callable[[], Template]
) -> None:
    define(endpoint=endpoint)
    (rest,) = template().find_resources("AWS::ApiGateway::RestApi").values()
    assert rest["Properties"]["EndpointConfiguration"] == {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0123456789abcdef0"]}
    allowed, denied = rest["Properties"]["Policy"]["Statement"]
    assert "AWS::AccountId" in str(allowed["Principal"])
    assert denied["Condition"] == {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}


def test_a_pool_takes_the_place_of_iam_and_is_asked_behind_an_endpoint_too(
    define: Define,
    endpoint: ec2.IInterfaceVpcEndpoint,
    users: cognito.IUserPool,
    template: Callable[[], Template],
) -> None:
    define(endpoint=endpoint, users=users)
    found = template()
    methods = [each["Properties"] for each in found.find_resources("AWS::ApiGateway::Method").values()]
    assert {method["AuthorizationType"] for method in methods} == {"COGNITO_USER_POOLS"}
    (rest,) = found.find_resources("AWS::ApiGateway::RestApi").values()
    assert [statement["Principal"] for statement in rest["Properties"]["Policy"]["Statement"]] == [{"AWS": "*"}, {"AWS": "*"}]


def test_iam_can_let_nobody_in_where_users_of_a_pool_call(define: Define, stack: cdk.Stack, users: cognito.IUserPool) -> None:
    callers = iam.Role(stack, "Callers", assumed_by=iam.AccountRootPrincipal())
    with pytest.raises(ValueError, match="grantee must be a user of the API's pool"):
        define(users=users).grant_invoke(callers)


def test_metrics_are_told_apart_by_the_name_of_the_api(define: Define, template: Callable[[], Template]) -> None:
    define(rest_api_name="handbook-echoes")
    template().has_resource_properties("AWS::ApiGateway::RestApi", {"Name": "handbook-echoes"})
