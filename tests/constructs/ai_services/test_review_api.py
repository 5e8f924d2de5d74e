from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from ml_constructs.ai_services.document_functions import document_function
from ml_constructs.ai_services.review_api import ReviewApi
from ml_constructs.foundation import DataKey, HandlerDefaults
from tests.constructs.ai_services.conftest import Scene


@pytest.fixture
def define(stack: cdk.Stack, key: DataKey) -> Callable[..., ReviewApi]:
    defaults = HandlerDefaults(key=key)

    def make(**options: Any) -> ReviewApi:
        function = document_function(stack, "DecideReview", defaults=defaults, environment={})
        return ReviewApi(stack, "Api", function=function, defaults=defaults, **options)

    return make


def test_three_methods_ask_for_aws_credentials_and_are_validated(scene: Scene) -> None:
    methods = [resource["Properties"] for resource in scene.resources.values() if resource["Type"] == "AWS::ApiGateway::Method"]
    assert sorted(method["HttpMethod"] for method in methods) == ["GET", "GET", "POST"]
    assert {method["AuthorizationType"] for method in methods} == {"AWS_IAM"}
    assert all("RequestValidatorId" in method for method in methods)


def test_a_decision_is_checked_against_its_model(scene: Scene) -> None:
    (method,) = (
        resource["Properties"]
        for resource in scene.resources.values()
        if resource["Type"] == "AWS::ApiGateway::Method" and resource["Properties"]["HttpMethod"] == "POST"
    )
    (model,) = (name for name, resource in scene.resources.items() if resource["Type"] == "AWS::ApiGateway::Model")
    assert method["RequestModels"] == {"application/json": {"Ref": model}}


def test_long_lists_of_corrections_pass_the_firewall(scene: Scene) -> None:
    rules = scene.properties(scene.review.api.firewall.acl)["Rules"]
    groups = [rule["Statement"].get("ManagedRuleGroupStatement", {}) for rule in rules]
    overrides = [override for group in groups for override in group.get("RuleActionOverrides", [])]
    assert overrides == [{"ActionToUse": {"Count": {}}, "Name": "SizeRestrictions_BODY"}]


def test_with_an_endpoint_the_api_is_private(define: Callable[..., ReviewApi], stack: cdk.Stack, template: Callable[[], Template]) -> None:
    endpoint = ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
        stack, "Endpoint", port=443, security_groups=[], vpc_endpoint_id="vpce-0123456789abcdef0"
    )
    define(endpoint=endpoint)
    private = {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0123456789abcdef0"]}
    template().has_resource_properties("AWS::ApiGateway::RestApi", {"EndpointConfiguration": private})


def test_reviewers_may_do_what_the_api_offers(define: Callable[..., ReviewApi], stack: cdk.Stack, template: Callable[[], Template]) -> None:
    reviewers = iam.Role(stack, "Reviewers", assumed_by=iam.AccountRootPrincipal())
    define().grant_invoke(reviewers)
    resources = [
        Match.object_like({"Fn::Join": ["", Match.array_with([end])]})
        for end in ("/v1/GET/reviews", "/v1/GET/reviews/*", "/v1/POST/reviews/*/decision")
    ]
    statement = Match.object_like({"Action": "execute-api:Invoke", "Resource": resources})
    template().has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": Match.array_with([statement])}})
