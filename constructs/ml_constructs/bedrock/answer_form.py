"""The form of a question, which the API checks before a function sees it."""

from aws_cdk import aws_apigateway as apigateway

Schema = apigateway.JsonSchema
Type = apigateway.JsonSchemaType
SESSION_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def question_schema() -> apigateway.JsonSchema:
    """What a question must and may have.

    That it is not too long is left to the function: API Gateway repeats the text that breaks such a limit, and logs what it says.
    """
    properties = {
        "question": Schema(type=Type.STRING, min_length=1),
        "session_id": Schema(type=[Type.STRING, Type.NULL], pattern=SESSION_ID),
    }
    return Schema(type=Type.OBJECT, properties=properties, required=["question"], additional_properties=False)
