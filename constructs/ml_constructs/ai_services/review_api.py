"""The API by which reviewers see what is in doubt and decide."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from ml_constructs.ai_services.review_decision import REFUSAL, decision_schema
from ml_constructs.ai_services.review_firewall import ReviewFirewall
from ml_constructs.foundation import HandlerDefaults, HandlerFunction, acknowledge
from ml_constructs.foundation.compliance import standard_rules

STAGE = "v1"
REQUESTS_PER_SECOND = 20
BURST = 40
LOGGED = ("caller", "http_method", "ip", "protocol", "request_time", "resource_path", "response_length", "status", "user")


class ReviewApi(Construct):
    """``GET /reviews``, ``GET /reviews/{id}`` and ``POST /reviews/{id}/decision``, for callers with AWS credentials.

    Args:
        function: Answers.
        defaults: The key of the logs, and how long they are kept.
        endpoint: Makes the API private to this endpoint of a network.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/security-best-practices.html and
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
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
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self.access_logs = self._log_group("AccessLogs")
        self.api = apigateway.RestApi(
            self,
            "Rest",
            cloud_watch_role=True,
            default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM),
            deploy_options=self._stage(),
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.PRIVATE if endpoint else apigateway.EndpointType.REGIONAL],
                vpc_endpoints=[endpoint] if endpoint else None,
            ),
            policy=self._only_through(endpoint) if endpoint else None,
        )
        self.api.node.try_remove_child("Endpoint")  # an output that the stack names better
        self._add_methods(apigateway.LambdaIntegration(function, allow_test_invoke=False))
        self.stage = self.api.deployment_stage
        self.execution_logs = self._log_group("ExecutionLogs", f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{STAGE}")
        self.stage.node.add_dependency(self.execution_logs)
        self.firewall = ReviewFirewall(self, "Firewall", stage=self.stage, defaults=defaults)
        self._explain()

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` list, read and decide reviews."""
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["execute-api:Invoke"],
            resource_arns=[
                self.api.arn_for_execute_api("GET", "/reviews", STAGE),
                self.api.arn_for_execute_api("GET", "/reviews/*", STAGE),
                self.api.arn_for_execute_api("POST", "/reviews/*/decision", STAGE),
            ],
        )

    def _log_group(self, construct_id: str, name: str | None = None) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            encryption_key=self._defaults.key,
            log_group_name=name,
            removal_policy=self._defaults.removal_policy,
            retention=self._defaults.log_retention,
        )

    def _stage(self) -> apigateway.StageOptions:
        return apigateway.StageOptions(
            access_log_destination=apigateway.LogGroupLogDestination(self.access_logs),
            access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(**dict.fromkeys(LOGGED, True)),
            data_trace_enabled=False,
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            metrics_enabled=True,
            stage_name=STAGE,
            throttling_burst_limit=BURST,
            throttling_rate_limit=REQUESTS_PER_SECOND,
            tracing_enabled=True,
        )

    def _only_through(self, endpoint: ec2.IVpcEndpoint) -> iam.PolicyDocument:
        account = iam.AccountPrincipal(Stack.of(self).account)
        invoke: dict[str, Any] = {"actions": ["execute-api:Invoke"], "resources": ["execute-api:/*"]}
        elsewhere = {"StringNotEquals": {"aws:SourceVpce": endpoint.vpc_endpoint_id}}
        return iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(principals=[account], **invoke),
                iam.PolicyStatement(effect=iam.Effect.DENY, principals=[iam.AnyPrincipal()], conditions=elsewhere, **invoke),
            ]
        )

    def _add_methods(self, integration: apigateway.LambdaIntegration) -> None:
        reviews = self.api.root.add_resource("reviews")
        review = reviews.add_resource("{id}")
        validator = self.api.add_request_validator("Validator", validate_request_body=True, validate_request_parameters=True)
        optional = {f"method.request.querystring.{name}": False for name in ("limit", "next", "status")}
        reviews.add_method("GET", integration, request_parameters=optional, request_validator=validator)
        review.add_method("GET", integration, request_parameters={"method.request.path.id": True}, request_validator=validator)
        review.add_resource("decision").add_method(
            "POST",
            integration,
            request_models={"application/json": self.api.add_model("Decision", schema=decision_schema())},
            request_parameters={"method.request.path.id": True},
            request_validator=validator,
        )
        refusal = apigateway.ResponseType.BAD_REQUEST_BODY
        self.api.add_gateway_response("Refusal", type=refusal, templates={"application/json": REFUSAL})

    def _explain(self) -> None:
        for method in self.api.methods:
            acknowledge(
                method,
                "AwsSolutions::AwsSolutions-COG4",
                "Callers sign requests with AWS credentials, so that IAM decides who may review; a user pool would be a second list.",
            )
        acknowledge(
            self.api,
            "AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
            "API Gateway has one role for the logs of all APIs of an account and region, and checks that it has this policy's permissions.",
        )
        certificate = "A client certificate authenticates the API to HTTP backends; this one invokes a function with IAM."
        cache = "A cached answer would show reviews as pending that somebody has decided."
        acknowledge(self.stage, standard_rules("APIGWSSLEnabled"), certificate)
        acknowledge(self.stage, standard_rules("APIGWCacheEnabledAndEncrypted"), cache)
