from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from ml_constructs.bedrock.answer_api import AnswerApi
from ml_constructs.foundation.api_stage import Throttle
from tests.constructs.bedrock.answer_scene import EVERYTHING, PLAIN, AnswerScene, Parts, everything, plain


def found(scene: AnswerScene, kind: str) -> list[Any]:
    return [each["Properties"] for each in scene.resources.values() if each["Type"] == kind]


def define(parts: Parts, characters: int = 1000, **options: Any) -> AnswerApi:
    service = parts.service(replace(PLAIN, max_question_characters=characters))
    return AnswerApi(parts.stack, "Api", service=service, defaults=parts.defaults, **options)


def test_questions_are_posted_by_identities_of_iam_and_validated() -> None:
    (method,) = found(plain(), "AWS::ApiGateway::Method")
    assert (method["HttpMethod"], method["AuthorizationType"]) == ("POST", "AWS_IAM")
    assert list(method["RequestModels"]) == ["application/json"]
    assert "RequestValidatorId" in method
    assert "ResponseTransferMode" not in method["Integration"]


def test_answers_in_parts_are_streamed_for_as_long_as_api_gateway_does() -> None:
    streamed = [
        each["Integration"] for each in found(everything(), "AWS::ApiGateway::Method") if "ResponseTransferMode" in each["Integration"]
    ]
    assert [(each["ResponseTransferMode"], each["TimeoutInMillis"]) for each in streamed] == [("STREAM", 900_000)]
    assert streamed[0]["Uri"]["Fn::Join"][1][-1] == "/response-streaming-invocations"


def test_users_of_a_pool_ask_with_their_token() -> None:
    assert {each["AuthorizationType"] for each in found(everything(), "AWS::ApiGateway::Method")} == {"COGNITO_USER_POOLS"}
    (authorizer,) = found(everything(), "AWS::ApiGateway::Authorizer")
    assert authorizer["Type"] == "COGNITO_USER_POOLS"
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"


def test_an_endpoint_makes_the_api_private() -> None:
    (private,) = found(everything(), "AWS::ApiGateway::RestApi")
    (regional,) = found(plain(), "AWS::ApiGateway::RestApi")
    assert private["EndpointConfiguration"] == {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0123456789abcdef0"]}
    assert regional["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_metrics_of_deployments_are_told_apart() -> None:
    assert [each["Name"] for each in found(plain(), "AWS::ApiGateway::RestApi")] == ["Stack-Api"]


@pytest.mark.parametrize("scene", [plain, everything])
def test_no_log_holds_what_is_asked_or_answered(scene: Any) -> None:
    (stage,) = found(scene(), "AWS::ApiGateway::Stage")
    assert [settings["DataTraceEnabled"] for settings in stage["MethodSettings"]] == [False]
    assert not {"body", "input", "validationErrorString"} & set(stage["AccessLogSetting"]["Format"].replace(".", '"').split('"'))
    (acl,) = found(scene(), "AWS::WAFv2::WebACL")
    assert acl["DataProtectionConfig"]["DataProtections"] == [{"Action": "SUBSTITUTION", "Field": {"FieldType": "BODY"}}]
    assert acl["VisibilityConfig"]["SampledRequestsEnabled"] is False


@pytest.mark.parametrize(("characters", "counted"), [(1000, False), (2000, True)])
def test_bodies_that_no_question_needs_are_refused_by_the_firewall(characters: int, counted: bool) -> None:
    parts = Parts()
    define(parts, characters)
    (acl,) = Template.from_stack(parts.stack).find_resources("AWS::WAFv2::WebACL").values()
    assert ("SizeRestrictions_BODY" in str(acl)) is counted


def test_limits_can_be_chosen() -> None:
    parts = Parts()
    define(parts, limits=Throttle(requests_per_second=2, burst=3, requests_per_address=40))
    settings = Match.object_like({"ThrottlingRateLimit": 2, "ThrottlingBurstLimit": 3})
    Template.from_stack(parts.stack).has_resource_properties("AWS::ApiGateway::Stage", {"MethodSettings": [settings]})


def test_identities_may_be_let_in_to_both_ways_to_ask() -> None:
    parts = Parts()
    callers = iam.Role(parts.stack, "Callers", assumed_by=iam.AccountRootPrincipal())
    define(parts).grant_invoke(callers)
    resources = [
        Match.object_like({"Fn::Join": ["", Match.array_with([Match.string_like_regexp(f"{end}$")])]})
        for end in ("/v1/POST/answers", "/v1/POST/answers/stream")
    ]
    statement = Match.object_like({"Action": "execute-api:Invoke", "Resource": resources})
    document = {"PolicyDocument": {"Statement": Match.array_with([statement])}}
    Template.from_stack(parts.stack).has_resource_properties("AWS::IAM::Policy", document)


def test_urls_name_the_ways_to_ask() -> None:
    scene = everything()
    resolve = scene.parts.stack.resolve
    assert resolve(scene.api.answers_url)["Fn::Join"][1][-1] == "/answers"
    assert resolve(scene.api.stream_url)["Fn::Join"][1][-1] == "/answers/stream"
    assert plain().api.stream_url is None


@pytest.mark.parametrize("scene", [plain, everything])
def test_the_rule_packs_find_nothing(scene: Any) -> None:
    assert scene().findings == {}


def test_tenants_without_tokens_are_refused() -> None:
    parts = Parts()
    service = parts.service(EVERYTHING)
    with pytest.raises(ValueError, match="users must be given where options have tenancy, as credentials of AWS name no tenant, got none"):
        AnswerApi(parts.stack, "Api", service=service, defaults=parts.defaults)
