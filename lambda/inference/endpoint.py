"""Asks an endpoint for a prediction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.attempts import attempted
from inference.clients import client
from inference.deadlines import Deadline
from inference.requests import Request
from inference.settings import Settings


@dataclass(frozen=True)
class Prediction:
    """What a container answered.

    Args:
        body: The bytes.
        content_type: Their media type, as the container names it; empty when it doesn't.
        variant: The variant of the endpoint that answered.
    """

    body: bytes
    content_type: str
    variant: str


def invoke(
    request: Request, settings: Settings, deadline: Deadline, inference_id: str, target: Mapping[str, str] | None = None
) -> Prediction:
    """What the model makes of ``request``.

    Args:
        request: What is asked.
        settings: Of the function.
        deadline: When there has to be an answer.
        inference_id: Stands beside the request where data is captured; up to 64 characters.
        target: Further parameters of InvokeEndpoint, such as ``TargetModel`` or ``InferenceComponentName``.

    Raises:
        InferenceError: There is no prediction.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    """
    chosen = {**({"Accept": request.accept} if request.accept else {}), **(target or {})}

    def call(seconds: int) -> Prediction:
        answer = client("sagemaker-runtime", seconds).invoke_endpoint(
            EndpointName=settings.endpoint_name,
            ContentType=request.content_type,
            InferenceId=inference_id,
            Body=request.body,
            **chosen,
        )
        return _read(answer)

    return attempted(call, deadline, settings.timeout_seconds)


def _read(answer: Mapping[str, Any]) -> Prediction:
    return Prediction(answer["Body"].read(), answer.get("ContentType") or "", answer.get("InvokedProductionVariant") or "")
