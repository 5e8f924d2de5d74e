"""The API by which an endpoint is asked."""

from collections.abc import Mapping
from typing import Any, cast

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.foundation.api_responses import add_responses
from ml_constructs.foundation.firewall import Filtering
from ml_constructs.foundation.protected_api import ProtectedApi
from ml_constructs.foundation.usage_plans import UsagePlans
from ml_constructs.sagemaker.inference.front.inference_options import Access, RequestForm
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService

CONTENT_TYPE = {"method.request.header.Content-Type": True}
SECRETS = ("x-amz-security-token", "x-api-key")
"""Headers by which callers show who they are, beside the one that the firewall leaves out of its logs anyway."""


class InferenceApi(ProtectedApi):
    """``POST /predictions``: a request's body and content type go to the model, and the model's come back.

    Its logs hold neither, nor keys and tokens: API Gateway doesn't trace data, and the firewall hides what its rules find in bodies.

    Args:
        service: Answers.
        defaults: The key of the logs, and how long they are kept.
        access: Who may ask, from where, and how much.
        form: Where requests go, and what they look like.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html and
    https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: InferenceService,
        defaults: HandlerDefaults,
        access: Access | None = None,
        form: RequestForm | None = None,
    ) -> None:
        self.access, self.form = access or Access(), form or RequestForm()
        super().__init__(
            scope,
            construct_id,
            defaults=defaults,
            filtering=Filtering(name="Predictions", counted=self.form.counted_rules, hide_bodies=True, hidden_headers=SECRETS),
            endpoint=self.access.endpoint,
            users=self.access.users,
            limits=self.access.limits,
            rest_api_name=f"{Stack.of(scope).stack_name}-{construct_id}",
            binary_types=service.options.binary_types,
        )
        self.service = service
        self.predictions = self.add_method(
            "POST",
            self.form.path,
            apigateway.LambdaIntegration(service.function, allow_test_invoke=False),
            parameters=CONTENT_TYPE,
            model=self._model(self.form.schema) if self.form.schema is not None else None,
            key_required=bool(self.access.plans),
        )
        if self.access.allowed_clients:
            service.function.add_environment("ALLOWED_CLIENTS", ",".join(self.access.allowed_clients))
        self.plans = UsagePlans(self, "Plans", api=self, plans=self.access.plans) if self.access.plans else None
        add_responses(self.api)

    @property
    def predictions_url(self) -> str:
        """Where predictions are asked for."""
        return self.api.url_for_path(self.form.path)

    def _model(self, schema: Mapping[str, Any]) -> apigateway.IModel:
        """The schema as it was given, through the L1: the L2 knows a part of the language only."""
        made = apigateway.CfnModel(self, "Request", rest_api_id=self.api.rest_api_id, content_type="application/json", schema=dict(schema))
        deployment = cast("apigateway.Deployment", self.api.latest_deployment)
        deployment.node.add_dependency(made)
        deployment.add_to_logical_id({"schema": dict(schema)})
        return apigateway.Model.from_model_name(self, "RequestModel", made.ref)
