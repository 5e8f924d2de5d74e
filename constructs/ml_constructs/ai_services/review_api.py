"""The API by which reviewers see what is in doubt and decide."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from ml_constructs.ai_services.review_decision import REFUSAL, decision_schema
from ml_constructs.foundation import HandlerDefaults, HandlerFunction
from ml_constructs.foundation.firewall import LARGE_BODY, Filtering
from ml_constructs.foundation.protected_api import ProtectedApi

BY_ID = {"method.request.path.id": True}
FILTERS = {f"method.request.querystring.{name}": False for name in ("limit", "next", "status")}


class ReviewApi(ProtectedApi):
    """``GET /reviews``, ``GET /reviews/{id}`` and ``POST /reviews/{id}/decision``, for callers with AWS credentials.

    Args:
        function: Answers.
        defaults: The key of the logs, and how long they are kept.
        endpoint: Makes the API private to this endpoint of a network.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings-callers-console.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: HandlerFunction,
        defaults: HandlerDefaults,
        endpoint: ec2.IVpcEndpoint | None = None,
    ) -> None:
        long_decisions = Filtering(name="Reviews", counted=(LARGE_BODY,))
        super().__init__(scope, construct_id, defaults=defaults, filtering=long_decisions, endpoint=endpoint)
        integration = apigateway.LambdaIntegration(function, allow_test_invoke=False)
        self.add_method("GET", "/reviews", integration, parameters=FILTERS)
        self.add_method("GET", "/reviews/{id}", integration, parameters=BY_ID)
        decision = self.api.add_model("Decision", schema=decision_schema())
        self.add_method("POST", "/reviews/{id}/decision", integration, parameters=BY_ID, model=decision)
        refusal = apigateway.ResponseType.BAD_REQUEST_BODY
        self.api.add_gateway_response("Refusal", type=refusal, templates={"application/json": REFUSAL})
