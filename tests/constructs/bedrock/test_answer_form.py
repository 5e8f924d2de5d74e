import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk.assertions import Template

from ml_constructs.bedrock.answer_form import FAULT, REFUSAL, add_responses, question_schema


@pytest.fixture
def resources(stack: cdk.Stack, template: Callable[[], Template]) -> Any:
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method("GET")
    api.add_model("Question", schema=question_schema())
    add_responses(api)
    return template().to_json()["Resources"].values()


def test_a_question_has_a_text_and_perhaps_a_session_and_nothing_else(resources: Any) -> None:
    (schema,) = (each["Properties"]["Schema"] for each in resources if each["Type"] == "AWS::ApiGateway::Model")
    assert schema["required"] == ["question"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["session_id"]["type"] == ["string", "null"]
    assert "pattern" in schema["properties"]["session_id"]


def test_no_limit_is_asked_for_that_would_repeat_a_question_when_broken(resources: Any) -> None:
    (schema,) = (each["Properties"]["Schema"] for each in resources if each["Type"] == "AWS::ApiGateway::Model")
    assert schema["properties"]["question"] == {"type": "string", "minLength": 1}


def test_what_the_api_says_itself_has_the_shape_of_an_error(resources: Any) -> None:
    responses = {
        each["Properties"]["ResponseType"]: each["Properties"] for each in resources if each["Type"] == "AWS::ApiGateway::GatewayResponse"
    }
    assert set(responses) == {"BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"}
    assert responses["THROTTLED"]["ResponseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}


@pytest.mark.parametrize("form", [REFUSAL, FAULT.replace("$context.error.messageString", '"Forbidden"')])
def test_errors_are_json_with_a_message_and_a_request_id(form: str) -> None:
    assert set(json.loads(form)) == {"message", "request_id"}
