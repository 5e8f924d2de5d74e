from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from stacks.base import BlueprintSettings, BlueprintStack, DeploymentContext
from stacks.parts.inference_front import Front, Handler, front_of
from stacks.settings.callers import CallerSettings, RequestSettings

POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XyZ"
Define = Callable[..., Front]


class StandingEndpoint:
    """An endpoint that is there already."""

    endpoint_name = "endpoint"

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        arn = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/endpoint"
        return iam.Grant.add_to_principal(grantee=grantee, actions=["sagemaker:InvokeEndpoint"], resource_arns=[arn])


@pytest.fixture
def stack(app: cdk.App) -> BlueprintStack:
    context = DeploymentContext(blueprint="real-time-inference", network="none")
    return BlueprintStack(app, "Scores", settings=BlueprintSettings(), context=context)


@pytest.fixture
def define(stack: BlueprintStack) -> Define:
    def make(handler: Handler | None = None, **callers: Any) -> Front:
        read = CallerSettings.model_validate(callers)
        return front_of(stack, StandingEndpoint(), callers=read, requests=RequestSettings(), handler=handler or Handler())

    return make


def test_identities_of_iam_are_told_the_address_only(define: Define, stack: BlueprintStack) -> None:
    front = define()
    assert (list(front.outputs), front.pool, front.users) == (["PredictionsUrl"], None, None)
    Template.from_stack(stack).resource_count_is("AWS::Cognito::UserPool", 0)


def test_users_of_a_new_pool_are_told_where_to_sign_in(define: Define, stack: BlueprintStack) -> None:
    front = define(Handler(claim="custom:tenant"), auth="cognito")
    assert set(front.outputs) == {"PredictionsUrl", "UserPoolId", "UserPoolClientId"}
    schema = {"Schema": [Match.object_like({"Name": "tenant", "Mutable": False})], "MfaConfiguration": "ON"}
    Template.from_stack(stack).has_resource_properties("AWS::Cognito::UserPool", schema)


def test_a_pool_that_stands_already_is_asked(define: Define) -> None:
    front = define(auth="cognito", users={"pool_arn": POOL, "client_ids": ["app"]})
    assert set(front.outputs) == {"PredictionsUrl", "UserPoolId"}
    assert front.api.access.allowed_clients == ("app",)


def test_clients_are_told_the_ids_of_their_keys(define: Define, stack: BlueprintStack) -> None:
    front = define(usage_plans=[{"name": "partners", "clients": ["north", "south"]}])
    told = str(stack.resolve(front.outputs["ApiKeyIds"]))
    assert 0 < told.index("north=") < told.index("south=")


def test_another_kind_brings_its_handler_and_its_address(define: Define, stack: BlueprintStack) -> None:
    front = define(Handler(environment={"MORE": "told"}, path="/models/{model}/predictions"))
    assert "/models/{model}/predictions" in str(stack.resolve(front.outputs["PredictionsUrl"]))
    variables = {"Environment": {"Variables": Match.object_like({"MORE": "told", "ENDPOINT_NAME": "endpoint"})}}
    Template.from_stack(stack).has_resource_properties("AWS::Lambda::Function", variables)
