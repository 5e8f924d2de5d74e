"""Texts in parts, while a model writes them."""

from collections.abc import Mapping
from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.sagemaker.inference.components.inference_component_endpoint import InferenceComponentEndpoint
from ml_constructs.sagemaker.inference.front.inference_api import CONTENT_TYPE, InferenceApi
from ml_constructs.sagemaker.inference.front.inference_service import SHARED, InferenceService

PACKAGE = "stream_text"
STREAMED_TEXT = Duration.minutes(15)
"""How long API Gateway passes one on."""
LONGEST_SILENCE_SECONDS = 60
"""How long SageMaker waits for a container."""
WRAPPER = "/var/task/streaming/wrapper"


class TextStream(Construct):
    """A function, and a second address of an API, that pass a text on while it is written.

    Args:
        endpoint: Writes the texts.
        service: Answers with whole texts; the stream is told the same.
        api: Gets the address.
        path: Of the address, below the stage.
        defaults: What the function shares with others.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html,
    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html and
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: InferenceComponentEndpoint,
        service: InferenceService,
        api: InferenceApi,
        path: str,
        defaults: HandlerDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self.api, self.path = api, path
        self.function = HandlerFunction(
            self,
            "Function",
            package=PACKAGE,
            defaults=defaults,
            environment=_environment(service.environment, api),
            timeout=STREAMED_TEXT,
            memory_mb=service.options.memory_mb,
            shared=(SHARED, "generations", "streaming"),
        )
        function = cast("lambda_.CfnFunction", self.function.node.default_child)
        function.reserved_concurrent_executions = service.options.max_concurrency
        endpoint.grant_stream(self.function.execution_role)
        in_parts = apigateway.LambdaIntegration(
            self.function, allow_test_invoke=False, response_transfer_mode=apigateway.ResponseTransferMode.STREAM, timeout=STREAMED_TEXT
        )
        self.method = api.add_method("POST", path, in_parts, parameters=CONTENT_TYPE, key_required=bool(api.access.plans))

    @property
    def url(self) -> str:
        """Where texts are asked for in parts."""
        return self.api.api.url_for_path(self.path)


def _environment(told: Mapping[str, str], api: InferenceApi) -> dict[str, str]:
    clients = {"ALLOWED_CLIENTS": ",".join(api.access.allowed_clients)} if api.access.allowed_clients else {}
    return {**told, **clients, "AWS_LAMBDA_EXEC_WRAPPER": WRAPPER, "TIMEOUT_SECONDS": str(LONGEST_SILENCE_SECONDS)}
