"""The form of a reviewer's decision, which the API checks before a function sees it."""

from aws_cdk import aws_apigateway as apigateway

Schema = apigateway.JsonSchema
Type = apigateway.JsonSchemaType
DECISIONS = ["approve", "correct", "reject"]
REFUSAL = '{"errors": [{"field": "body", "message": "$context.error.validationErrorString"}]}'
"""What a caller is told whose decision hasn't the form, in the words of API Gateway and the shape of the function's own refusals.

See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""


def decision_schema() -> apigateway.JsonSchema:
    """What a decision must and may have; that corrections come with ``correct`` only is left to the function."""
    correction = Schema(
        type=Type.OBJECT,
        properties={"key": Schema(type=Type.STRING, min_length=1), "value": Schema(type=Type.STRING), "page": Schema(type=Type.INTEGER)},
        required=["key", "value"],
        additional_properties=False,
    )
    properties = {
        "decision": Schema(type=Type.STRING, enum=DECISIONS),
        "reviewer": Schema(type=Type.STRING, min_length=1, max_length=256),
        "corrections": Schema(type=Type.ARRAY, items=correction),
        "comment": Schema(type=Type.STRING, max_length=2000),
    }
    return Schema(type=Type.OBJECT, properties=properties, required=["decision", "reviewer"], additional_properties=False)
