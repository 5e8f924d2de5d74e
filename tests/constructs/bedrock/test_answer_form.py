from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk.assertions import Template

from ml_constructs.bedrock.answer_form import question_schema


@pytest.fixture
def resources(stack: cdk.Stack, template: Callable[[], Template]) -> Any:
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method("GET")
    api.add_model("Question", schema=question_schema())
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
