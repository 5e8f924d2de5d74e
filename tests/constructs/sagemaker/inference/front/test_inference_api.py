from typing import Any

import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from ml_constructs.sagemaker.inference.front.inference_options import RequestForm
from tests.constructs.sagemaker.inference.front.front_scene import CLIENTS, SCHEMA, Parts, everything, plain


def test_predictions_are_asked_for_by_identities_of_iam_with_a_content_type() -> None:
    (method,) = plain().found("AWS::ApiGateway::Method")
    assert (method["HttpMethod"], method["AuthorizationType"]) == ("POST", "AWS_IAM")
    assert method["RequestParameters"] == {"method.request.header.Content-Type": True}
    assert "RequestValidatorId" in method
    assert "RequestModels" not in method
    assert "ApiKeyRequired" not in method


def test_json_is_held_against_a_schema_before_the_function_sees_it() -> None:
    (method,), (model,) = everything().found("AWS::ApiGateway::Method"), everything().found("AWS::ApiGateway::Model")
    assert list(method["RequestModels"]) == ["application/json"]
    assert (model["ContentType"], model["Schema"]) == ("application/json", SCHEMA)
    assert "Name" not in model


def test_a_new_schema_is_deployed() -> None:
    def deployment(schema: Any) -> str:
        parts = Parts()
        parts.api(parts.service(), form=RequestForm(schema=schema))
        (name,) = Template.from_stack(parts.stack).find_resources("AWS::ApiGateway::Deployment")
        return str(name)

    assert deployment(SCHEMA) == deployment(dict(SCHEMA)) != deployment({"type": "object"})


def test_users_of_a_pool_ask_with_their_token_and_the_key_of_a_client() -> None:
    (method,) = everything().found("AWS::ApiGateway::Method")
    assert (method["AuthorizationType"], method["ApiKeyRequired"]) == ("COGNITO_USER_POOLS", True)
    assert len(everything().found("AWS::ApiGateway::ApiKey")) == 1
    (function,) = [each for each in everything().found("AWS::Lambda::Function") if "ENDPOINT_NAME" in str(each)]
    assert function["Environment"]["Variables"]["ALLOWED_CLIENTS"] == CLIENTS[0]


def test_an_endpoint_makes_the_api_private() -> None:
    (private,), (regional,) = everything().found("AWS::ApiGateway::RestApi"), plain().found("AWS::ApiGateway::RestApi")
    assert private["EndpointConfiguration"] == {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0123456789abcdef0"]}
    assert regional["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_bytes_are_passed_on_as_bytes() -> None:
    (binary,), (text,) = everything().found("AWS::ApiGateway::RestApi"), plain().found("AWS::ApiGateway::RestApi")
    assert binary["BinaryMediaTypes"] == ["image/png", "application/x-npy"]
    assert "BinaryMediaTypes" not in text


@pytest.mark.parametrize("scene", [plain, everything])
def test_no_log_holds_what_is_asked_or_predicted(scene: Any) -> None:
    (stage,), (acl,) = scene().found("AWS::ApiGateway::Stage"), scene().found("AWS::WAFv2::WebACL")
    assert [settings["DataTraceEnabled"] for settings in stage["MethodSettings"]] == [False]
    assert not {"body", "input", "validationErrorString"} & set(stage["AccessLogSetting"]["Format"].replace(".", '"').split('"'))
    assert acl["DataProtectionConfig"]["DataProtections"] == [{"Action": "SUBSTITUTION", "Field": {"FieldType": "BODY"}}]


def test_the_firewall_refuses_no_request_for_the_size_or_the_words_of_its_body() -> None:
    (acl,) = plain().found("AWS::WAFv2::WebACL")
    (group,) = [rule["Statement"]["ManagedRuleGroupStatement"] for rule in acl["Rules"] if "RuleActionOverrides" in str(rule)]
    assert {each["Name"] for each in group["RuleActionOverrides"]} == {
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "SizeRestrictions_BODY",
    }
    assert all(each["ActionToUse"] == {"Count": {}} for each in group["RuleActionOverrides"])


def test_no_log_holds_a_key_or_a_token() -> None:
    (logging,) = plain().found("AWS::WAFv2::LoggingConfiguration")
    assert {each["SingleHeader"]["Name"] for each in logging["RedactedFields"]} == {"authorization", "x-amz-security-token", "x-api-key"}


def test_limits_hold_for_the_stage() -> None:
    (stage,) = everything().found("AWS::ApiGateway::Stage")
    (settings,) = stage["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (7, 9)


def test_what_the_api_says_itself_has_the_shape_of_an_error() -> None:
    kinds = {each["ResponseType"] for each in plain().found("AWS::ApiGateway::GatewayResponse")}
    assert kinds == {"BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"}


def test_identities_may_be_let_in() -> None:
    parts = Parts()
    callers = iam.Role(parts.stack, "Callers", assumed_by=iam.AccountRootPrincipal())
    parts.api(parts.service()).grant_invoke(callers)
    resource = {"Fn::Join": ["", Match.array_with([Match.string_like_regexp("/v1/POST/predictions$")])]}
    statement = Match.object_like({"Action": "execute-api:Invoke", "Resource": resource})
    document = {"PolicyDocument": {"Statement": Match.array_with([statement])}}
    Template.from_stack(parts.stack).has_resource_properties("AWS::IAM::Policy", document)


def test_the_url_names_the_way_to_ask() -> None:
    scene = everything()
    assert scene.parts.stack.resolve(scene.api.predictions_url)["Fn::Join"][1][-1] == "/scores"


@pytest.mark.parametrize("scene", [plain, everything])
def test_the_rule_packs_find_nothing(scene: Any) -> None:
    assert scene().findings == {}
