"""The API that is asked."""

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from ml_constructs.bedrock.answer_form import question_schema
from ml_constructs.bedrock.answer_service import STREAMED_ANSWER, AnswerService
from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.api_responses import add_responses
from ml_constructs.foundation.api_stage import Throttle
from ml_constructs.foundation.firewall import LARGE_BODY, Filtering
from ml_constructs.foundation.protected_api import ProtectedApi

LARGEST_BODY_BYTES = 8192
ESCAPED_CHARACTER_BYTES = 6
FRAME_BYTES = 512
QUESTIONS_PER_SECOND = Throttle(requests_per_second=5, burst=10, requests_per_address=300)


class AnswerApi(ProtectedApi):
    """``POST /answers``, and ``POST /answers/stream`` for answers in parts.

    Its logs hold neither questions nor answers: API Gateway doesn't trace data, and the firewall hides what its rules find in bodies.

    Args:
        service: Answers.
        users: May ask, with an identity token; identities of IAM may when left out.
        defaults: The key of the logs, and how long they are kept.
        endpoint: Makes the API private to this endpoint of a network.
        limits: How many questions are taken.

    Raises:
        ValueError: Tenants without ``users``: only their tokens tell whose a question is.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-lambda-configure.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: AnswerService,
        users: cognito.IUserPool | None = None,
        defaults: HandlerDefaults,
        endpoint: ec2.IVpcEndpoint | None = None,
        limits: Throttle = QUESTIONS_PER_SECOND,
    ) -> None:
        if service.options.tenancy is not None and users is None:
            raise ValueError("users must be given where options have tenancy, as credentials of AWS name no tenant, got none")
        super().__init__(
            scope,
            construct_id,
            defaults=defaults,
            filtering=_filtering(service.options.max_question_characters),
            endpoint=endpoint,
            users=users,
            limits=limits,
            rest_api_name=f"{Stack.of(scope).stack_name}-{construct_id}",
        )
        question = self.api.add_model("Question", schema=question_schema())
        whole = apigateway.LambdaIntegration(service.answer, allow_test_invoke=False)
        self.answers = self.add_method("POST", "/answers", whole, model=question)
        self.streams = None
        if service.stream is not None:
            in_parts = apigateway.LambdaIntegration(
                service.stream,
                allow_test_invoke=False,
                response_transfer_mode=apigateway.ResponseTransferMode.STREAM,
                timeout=STREAMED_ANSWER,
            )
            self.streams = self.add_method("POST", "/answers/stream", in_parts, model=question)
        add_responses(self.api)

    @property
    def answers_url(self) -> str:
        """Where questions are answered as a whole."""
        return self.api.url_for_path("/answers")

    @property
    def stream_url(self) -> str | None:
        """Where they are answered in parts, if they are."""
        return self.api.url_for_path("/answers/stream") if self.streams else None


def _filtering(characters: int) -> Filtering:
    """Bodies that could be those of allowed questions are not refused for their size, save for questions of emoji alone."""
    largest = characters * ESCAPED_CHARACTER_BYTES + FRAME_BYTES
    return Filtering(name="Questions", counted=(LARGE_BODY,) if largest > LARGEST_BODY_BYTES else (), hide_bodies=True)
