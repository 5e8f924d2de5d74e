"""The function in front of an endpoint."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.metrics import metric_namespace
from ml_constructs.sagemaker.inference.front.inference_options import InferenceOptions

WHOLE_PREDICTION = Duration.seconds(29)
"""How long API Gateway waits for one, unless the account has asked for more."""
SHARED = "inference"


class Invocable(Protocol):
    """What a function has to know of an endpoint."""

    endpoint_name: str

    def grant_invoke(self, grantee: iam.IGrantable) -> Any:
        """Lets ``grantee`` ask this endpoint."""


class InferenceService(Construct):
    """A function that asks one endpoint, and may ask no other.

    The handler of another kind of endpoint is named by ``package``; it is written with the shared package ``inference``, which travels with
    it, and told what it needs by ``environment``: a subclass of ``inference.settings.Settings`` reads it.

    Args:
        endpoint: Is asked.
        options: What is passed on.
        defaults: What the function shares with others.
        package: The handler package.
        environment: What it is told beside the endpoint and the options.
        shared: Packages that travel with it beside its own and ``inference``.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html and
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: Invocable,
        options: InferenceOptions,
        defaults: HandlerDefaults,
        package: str = "invoke_endpoint",
        environment: Mapping[str, str] | None = None,
        shared: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.endpoint, self.options, self.package = endpoint, options, package
        self.environment = {**self._environment(), **(environment or {})}
        self.function = HandlerFunction(
            self,
            "Function",
            package=package,
            defaults=defaults,
            environment=self.environment,
            timeout=WHOLE_PREDICTION,
            memory_mb=options.memory_mb,
            shared=(SHARED, *shared),
        )
        cast("lambda_.CfnFunction", self.function.node.default_child).reserved_concurrent_executions = options.max_concurrency
        endpoint.grant_invoke(self.function.execution_role)

    def _environment(self) -> dict[str, str]:
        options = self.options
        return {
            "CONTENT_TYPES": ",".join(options.content_types),
            "ENDPOINT_NAME": self.endpoint.endpoint_name,
            "MAX_REQUEST_BYTES": str(options.max_request_bytes),
            "POWERTOOLS_METRICS_NAMESPACE": metric_namespace(self),
            "TIMEOUT_SECONDS": str(options.timeout_seconds),
        }
