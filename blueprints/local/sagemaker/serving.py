"""Passes requests on to what serves behind endpoints, and tells CloudWatch, data capture and shadow variants of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from blueprints.local import identity
from blueprints.local.sagemaker import capture
from blueprints.local.sagemaker.control import SageMakerControl
from blueprints.local.sagemaker.endpoints import Live
from blueprints.local.sagemaker.hosts import Host
from blueprints.local.sagemaker.metrics import Metrics
from blueprints.local.sagemaker.naming import unservable
from blueprints.local.sagemaker.records import Request
from blueprints.local.sagemaker.running import Invocation, ModelFailedError, NotReadyError, Reply, StartError
from blueprints.local.sagemaker.variants import Variant, pick
from blueprints.local.stand_ins import StandInError

BEHIND_AT_ONCE = 8
"""How many copies for shadow variants and captured requests are worked on at once."""
HEADERS = {
    "CustomAttributes": "X-Amzn-SageMaker-Custom-Attributes",
    "InferenceId": "X-Amzn-SageMaker-Inference-Id",
    "SessionId": "X-Amzn-SageMaker-Session-Id",
}
"""The headers that are handed to the container, by the parameters that they come from."""


@dataclass
class Target:
    """Where a request goes.

    Args:
        endpoint: The endpoint's name.
        live: What serves behind it.
        variant: The variant.
        host: Serves the model, or the inference component.
        invocation: The request.
        component: The name of the inference component, if there is one.
    """

    endpoint: str
    live: Live
    variant: Variant
    host: Host
    invocation: Invocation
    component: str | None = None

    def with_body(self, body: bytes) -> Target:
        """Returns the same with another payload."""
        return replace(self, invocation=replace(self.invocation, body=body))

    @property
    def dimensions(self) -> dict[str, str]:
        """The dimensions of its metrics, https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html."""
        of_component = {"InferenceComponentName": self.component} if self.component else {}
        return of_component or {"EndpointName": self.endpoint, "VariantName": self.variant.name}


@dataclass
class Serving:
    """Serves requests.

    Args:
        control: Knows what serves.
        metrics: Gathers what CloudWatch is told.
    """

    control: SageMakerControl
    metrics: Metrics = field(default_factory=Metrics)
    _behind: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(BEHIND_AT_ONCE, thread_name_prefix="sagemaker"))

    def target(self, request: Request, body: bytes, timeout: float) -> Target:
        """Returns where a request goes.

        Raises:
            StandInError: The endpoint, the variant or the component is not there.
        """
        name = request["EndpointName"]
        live = self.control.endpoints.live(name)
        component = request.get("InferenceComponentName")
        invocation = Invocation(
            body,
            request.get("ContentType") or "",
            request.get("Accept") or "",
            {header: str(request[parameter]) for parameter, header in HEADERS.items() if request.get(parameter)},
            timeout,
            request.get("TargetModel"),
            request.get("TargetContainerHostname"),
        )
        if any(variant.host is None for variant in live.variants):
            return self._component_target(name, live, component, invocation)
        if component:
            raise unservable(f"Endpoint {name} has no inference components, but InferenceComponentName was given.")
        variant = pick(live.variants, request.get("TargetVariant"))
        return Target(name, live, variant, variant.host, invocation)  # type: ignore[arg-type]

    def _component_target(self, endpoint: str, live: Live, name: str | None, invocation: Invocation) -> Target:
        try:
            found = self.control.components.live(endpoint, name)
        except StandInError:
            if name in self.control.components.of(endpoint):
                self.metrics.put(live.aws, "NoCapacityInvocationFailures", 1, InferenceComponentName=str(name))
            raise
        return Target(endpoint, live, found.variant, found.host, replace(invocation, adapter=found.adapter), name)

    def answer(self, target: Target, request: Request) -> Reply:
        """Returns the answer to a request that waits for it.

        Raises:
            StandInError: An error of the runtime API.
        """
        put = self._putter(target)
        put("Invocations", 1)
        try:
            with target.variant.admitted(lambda seconds: put("ModelSetupTime", seconds * 1e6)):
                reply = self._timed(target, put)
        except (ModelFailedError, NotReadyError, StandInError, StartError) as error:
            failure = _refusal(error, target)
            self._count(put, failure)
            raise failure from error
        self._count(put, None)
        self._afterwards(target, request, reply)
        return reply

    def answer_queued(self, target: Target) -> Reply:
        """Returns the answer to a request that was queued.

        Raises:
            ModelFailedError: The model failed.
            NotReadyError: One of many models is still being loaded.
            StandInError: There is no program for the model, or no such model.
        """
        put, status = self._putter(target), 200
        try:
            return self._timed(target, put)
        except ModelFailedError as error:
            status = error.status
            raise
        finally:
            put("Invocation4XXErrors", 400 <= status < 500)
            put("Invocation5XXErrors", not 200 <= status < 500)

    def _count(self, put: Callable[[str, float], None], failure: StandInError | None) -> None:
        """Counts the model's errors; 0 is told too."""
        status = failure.details.get("OriginalStatusCode", failure.status) if failure else 200
        put("Invocation4XXErrors", 400 <= status < 500)
        put("Invocation5XXErrors", failure is not None and not 400 <= status < 500)
        put("InvocationModelErrors", failure is not None and failure.code == "ModelError")

    def _timed(self, target: Target, put: Callable[[str, float], None]) -> Reply:
        began = time.perf_counter()
        try:
            return target.host.invoke(replace(target.invocation, tell=put))
        finally:
            put("ModelLatency", (time.perf_counter() - began) * 1e6)

    def _putter(self, target: Target) -> Callable[[str, float], None]:
        return lambda name, value: self.metrics.put(target.live.aws, name, value, **target.dimensions)

    def _afterwards(self, target: Target, request: Request, reply: Reply) -> None:
        """Sends a copy to the shadow variants, and writes down what is to be captured."""
        for shadow in target.live.shadows:
            if shadow.host:
                self._behind.submit(_shadowed, shadow.host, target.invocation)
        config = target.live.config.get("DataCaptureConfig")
        if config and capture.chosen(config):
            captured = capture.Captured(target.endpoint, target.variant.name, target.invocation, reply, request.get("InferenceId"))
            self._behind.submit(capture.write, config, captured, target.host.role)


def _shadowed(host: Host, invocation: Invocation) -> None:
    """Asks a shadow variant; whatever it answers is of no matter."""
    with suppress(ModelFailedError, NotReadyError, StandInError):
        host.invoke(invocation)


def _refusal(error: Exception, target: Target) -> StandInError:
    """Returns the error of the API for what went wrong.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
    """
    if isinstance(error, ModelFailedError):
        region, group = identity.region(), f"/aws/sagemaker/Endpoints/{target.endpoint}"
        console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group}"
        message = f"{error}. See {console} in account {identity.ACCOUNT_ID} for more information."
        logs = f"arn:aws:logs:{region}:{identity.ACCOUNT_ID}:log-group:{group}"
        details: dict[str, Any] = {"OriginalStatusCode": error.status, "OriginalMessage": error.text, "LogStreamArn": logs}
        return StandInError("ModelError", message, 424, details)
    if isinstance(error, NotReadyError):
        return StandInError("ModelNotReadyException", str(error), 429)
    return error if isinstance(error, StandInError) else StandInError("InternalFailure", str(error), 500)
