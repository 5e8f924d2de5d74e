import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk.assertions import Template

from ml_constructs.foundation.api_responses import FAULT, REFUSAL, add_responses


@pytest.fixture
def resources(stack: cdk.Stack, template: Callable[[], Template]) -> Any:
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method("GET")
    add_responses(api)
    return template().to_json()["Resources"].values()


def test_what_the_api_says_itself_has_the_shape_of_an_error(resources: Any) -> None:
    responses = {
        each["Properties"]["ResponseType"]: each["Properties"] for each in resources if each["Type"] == "AWS::ApiGateway::GatewayResponse"
    }
    assert set(responses) == {"BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"}
    assert responses["THROTTLED"]["ResponseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}


@pytest.mark.parametrize("form", [REFUSAL, FAULT.replace("$context.error.messageString", '"Forbidden"')])
def test_errors_are_json_with_a_message_and_a_request_id(form: str) -> None:
    assert set(json.loads(form)) == {"message", "request_id"}
