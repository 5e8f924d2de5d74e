import json

import aws_cdk as cdk
import jsonschema
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk.assertions import Template

from ml_constructs.ai_services.review_decision import decision_schema
from tests.constructs.ai_services.conftest import Scene

CORRECTION = {"key": "Total", "value": "12.00"}


@pytest.fixture(scope="module")
def schema(scene: Scene) -> object:
    (model,) = scene.template.find_resources("AWS::ApiGateway::Model").values()
    return model["Properties"]["Schema"]


@pytest.mark.parametrize(
    "decision",
    [
        {"decision": "approve", "reviewer": "ana"},
        {"decision": "reject", "reviewer": "ana", "comment": "illegible"},
        {"decision": "correct", "reviewer": "ana", "corrections": [CORRECTION, {**CORRECTION, "page": 2}]},
    ],
)
def test_decisions_that_are_taken(schema: dict[str, object], decision: dict[str, object]) -> None:
    jsonschema.validate(decision, schema)


@pytest.mark.parametrize(
    "decision",
    [
        {},
        {"decision": "approve"},
        {"decision": "approve", "reviewer": ""},
        {"decision": "maybe", "reviewer": "ana"},
        {"decision": "approve", "reviewer": "ana", "extra": 1},
        {"decision": "correct", "reviewer": "ana", "corrections": [{"key": "Total"}]},
        {"decision": "correct", "reviewer": "ana", "corrections": [{**CORRECTION, "page": "2"}]},
        {"decision": "reject", "reviewer": "ana", "comment": "x" * 2001},
    ],
)
def test_decisions_that_are_refused(schema: dict[str, object], decision: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(decision, schema)


def test_a_refusal_tells_what_is_wrong(scene: Scene) -> None:
    (response,) = scene.template.find_resources("AWS::ApiGateway::GatewayResponse").values()
    assert response["Properties"]["ResponseType"] == "BAD_REQUEST_BODY"
    (error,) = json.loads(response["Properties"]["ResponseTemplates"]["application/json"])["errors"]
    assert error == {"field": "body", "message": "$context.error.validationErrorString"}


def test_the_schema_can_be_the_model_of_any_api(stack: cdk.Stack) -> None:
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method("GET")
    api.add_model("Decision", schema=decision_schema())
    Template.from_stack(stack).resource_count_is("AWS::ApiGateway::Model", 1)
