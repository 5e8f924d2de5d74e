"""The form of a question, which the API checks before a function sees it, and of what it says itself."""

from aws_cdk import aws_apigateway as apigateway

Schema = apigateway.JsonSchema
Type = apigateway.JsonSchemaType
SESSION_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
REFUSAL = '{"message": "$context.error.validationErrorString", "request_id": "$context.requestId"}'
FAULT = '{"message": $context.error.messageString, "request_id": "$context.requestId"}'
"""What a caller is told whom no function answers, in the shape of the functions' own errors.

See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""
RETRY_AFTER = {"Retry-After": "'1'"}


def question_schema() -> apigateway.JsonSchema:
    """What a question must and may have.

    That it is not too long is left to the function: API Gateway repeats the text that breaks such a limit, and logs what it says.
    """
    properties = {
        "question": Schema(type=Type.STRING, min_length=1),
        "session_id": Schema(type=[Type.STRING, Type.NULL], pattern=SESSION_ID),
    }
    return Schema(type=Type.OBJECT, properties=properties, required=["question"], additional_properties=False)


def add_responses(api: apigateway.RestApi) -> None:
    """Gives what ``api`` says itself the shape of the functions' errors.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    kinds = apigateway.ResponseType
    api.add_gateway_response("Refusal", type=kinds.BAD_REQUEST_BODY, templates={"application/json": REFUSAL})
    api.add_gateway_response("Throttled", type=kinds.THROTTLED, response_headers=RETRY_AFTER, templates={"application/json": FAULT})
    api.add_gateway_response("ClientFault", type=kinds.DEFAULT_4_XX, templates={"application/json": FAULT})
    api.add_gateway_response("ServerFault", type=kinds.DEFAULT_5_XX, templates={"application/json": FAULT})
