"""SageMaker Runtime: requests reach the containers of endpoints that were deployed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blueprints.local import constraints
from blueprints.local.sagemaker import limits
from blueprints.local.sagemaker.async_queue import AsyncQueue
from blueprints.local.sagemaker.naming import unservable
from blueprints.local.sagemaker.serving import Serving, Target
from blueprints.local.stand_ins import ClientFactory, StandInError

Request = Mapping[str, Any]
Answer = dict[str, Any]
DEFAULT_CONTENT_TYPE = "application/json"


class SageMakerRuntimeStandIn:
    """Answers for endpoints.

    Follows https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html and its neighbours.

    Args:
        serving: Passes requests on to what serves.
    """

    name = "SageMaker containers"
    service = "sagemaker-runtime"

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._queue = AsyncQueue(serving, serving.metrics)
        self._answers: Mapping[str, Callable[[Request], Answer]] = {
            "InvokeEndpoint": self._invoke,
            "InvokeEndpointAsync": self._queue.submit,
            "InvokeEndpointWithResponseStream": self._stream,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations answered."""
        return frozenset(self._answers)

    def answer(self, operation: str, request: dict[str, Any], aws: ClientFactory) -> Answer:  # noqa: ARG002
        """Returns botocore's output for botocore's input.

        Raises:
            StandInError: An error that SageMaker Runtime declares for the operation.
        """
        unlimited = {"Body": b""} if "Body" in request else {}  # each kind of endpoint has a limit, and an error, of its own
        try:
            constraints.check(self.service, operation, {**request, **unlimited})
        except StandInError as error:
            raise unservable(error.message) from error
        return self._answers[operation](request)

    def _invoke(self, request: Request) -> Answer:
        target = self._target(request, limits.RESPONSE_SECONDS)
        reply = self._serving.answer(target, request)
        if target.variant.serverless and len(reply.body) > limits.SERVERLESS_BYTES:
            raise unservable(f"The response of the model exceeded {limits.SERVERLESS_BYTES} bytes.")
        return {"Body": reply.body, "ContentType": reply.content_type, "InvokedProductionVariant": target.variant.name}

    def _stream(self, request: Request) -> Answer:
        target = self._target(request, limits.STREAM_SECONDS)
        if target.variant.serverless:
            raise unservable("A serverless endpoint can't stream its responses.")
        reply = self._serving.answer(target, request)
        events = [{"PayloadPart": {"Bytes": part}} for part in reply.parts]
        return {"Body": events, "ContentType": reply.content_type, "InvokedProductionVariant": target.variant.name}

    def _target(self, request: Request, seconds: float) -> Target:
        body = request.get("Body") or b""
        target = self._serving.target({"ContentType": DEFAULT_CONTENT_TYPE, **request}, body, seconds)
        if "AsyncInferenceConfig" in target.live.config:
            raise unservable(f"Endpoint {target.endpoint} is asynchronous: it must be invoked with InvokeEndpointAsync.")
        limits.check_payload(len(body), serverless=target.variant.serverless is not None)
        return target
