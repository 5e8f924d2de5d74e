"""What an API says itself when no function answers, in the shape of the functions' own errors."""

from aws_cdk import aws_apigateway as apigateway

REFUSAL = '{"message": "$context.error.validationErrorString", "request_id": "$context.requestId"}'
FAULT = '{"message": $context.error.messageString, "request_id": "$context.requestId"}'
"""See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html"""
RETRY_AFTER = {"Retry-After": "'1'"}


def add_responses(api: apigateway.RestApi) -> None:
    """Gives what ``api`` says itself the shape of the functions' errors.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    kinds = apigateway.ResponseType
    api.add_gateway_response("Refusal", type=kinds.BAD_REQUEST_BODY, templates={"application/json": REFUSAL})
    api.add_gateway_response("Throttled", type=kinds.THROTTLED, response_headers=RETRY_AFTER, templates={"application/json": FAULT})
    api.add_gateway_response("ClientFault", type=kinds.DEFAULT_4_XX, templates={"application/json": FAULT})
    api.add_gateway_response("ServerFault", type=kinds.DEFAULT_5_XX, templates={"application/json": FAULT})
