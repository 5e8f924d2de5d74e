"""REST APIs behind a firewall, for known callers, with logs that don't hold what is said."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from ml_constructs.foundation.api_callers import callers, let_in
from ml_constructs.foundation.api_stage import STAGE, Throttle, only_through, stage_options
from ml_constructs.foundation.compliance import acknowledge, standard_rules
from ml_constructs.foundation.firewall import Filtering, Firewall
from ml_constructs.foundation.handler_function import HandlerDefaults

DEFAULT_LIMITS = Throttle()
PARAMETER = re.compile(r"{[^}]*}")
LOGS_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
LOGS_ROLE = "API Gateway has one role for the logs of all APIs of an account and region, and checks that it has this policy's permissions."
SIGNED = "Callers sign requests with AWS credentials, so that IAM decides who may call; a user pool would be a second list."
CERTIFICATE = "A client certificate authenticates the API to HTTP backends; this one invokes functions with IAM."
CACHE = "Responses depend on the caller and on what changed a moment ago; a cached one would be somebody else's, or out of date."


class ProtectedApi(Construct):
    """A REST API of one stage with a firewall, limits and logs, for identities of IAM or the users of a pool.

    Args:
        defaults: The key of the logs, and how long they are kept.
        filtering: What the firewall is told of the requests.
        endpoint: Makes the API private to this endpoint of a network.
        users: May call, with an identity token of the pool; when left out, IAM says who may.
        limits: How many requests are taken.
        rest_api_name: Tells the metrics of API Gateway apart from those of other APIs of the account.
        binary_types: Media types whose bodies are passed on as bytes, in base64; all others are taken for UTF-8.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/security-best-practices.html and
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: HandlerDefaults,
        filtering: Filtering,
        endpoint: ec2.IVpcEndpoint | None = None,
        users: cognito.IUserPool | None = None,
        limits: Throttle = DEFAULT_LIMITS,
        rest_api_name: str | None = None,
        binary_types: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self._defaults, self._users = defaults, users
        self._methods: list[str] = []
        self.access_logs = self._log_group("AccessLogs")
        self.api = apigateway.RestApi(
            self,
            "Rest",
            binary_media_types=list(binary_types) or None,
            cloud_watch_role=True,
            default_method_options=callers(self, users),
            deploy_options=stage_options(self.access_logs, limits, signed=users is None),
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.PRIVATE if endpoint else apigateway.EndpointType.REGIONAL],
                vpc_endpoints=[endpoint] if endpoint else None,
            ),
            policy=only_through(endpoint, let_in(self, users)) if endpoint else None,
            rest_api_name=rest_api_name,
        )
        self.api.node.try_remove_child("Endpoint")  # an output that the stack names better
        self.validator = self.api.add_request_validator("Validator", validate_request_body=True, validate_request_parameters=True)
        self.stage = self.api.deployment_stage
        self.execution_logs = self._log_group("ExecutionLogs", f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{STAGE}")
        self.stage.node.add_dependency(self.execution_logs)
        self.firewall = Firewall(
            self,
            "Firewall",
            stage=self.stage,
            filtering=filtering,
            requests_per_address=limits.requests_per_address,
            defaults=defaults,
        )
        acknowledge(self.api, f"AwsSolutions::AwsSolutions-IAM4[Policy::{LOGS_POLICY}]", LOGS_ROLE)
        acknowledge(self.stage, standard_rules("APIGWSSLEnabled"), CERTIFICATE)
        acknowledge(self.stage, standard_rules("APIGWCacheEnabledAndEncrypted"), CACHE)

    def add_method(
        self,
        verb: str,
        path: str,
        integration: apigateway.Integration,
        *,
        parameters: Mapping[str, bool] | None = None,
        model: apigateway.IModel | None = None,
        key_required: bool = False,
    ) -> apigateway.Method:
        """Adds a method whose requests are checked before anything is invoked.

        Args:
            verb: Such as ``GET``.
            path: Such as ``/reviews/{id}``.
            integration: What answers.
            parameters: Whether they must be given, by names such as ``method.request.path.id``.
            model: The form of JSON bodies.
            key_required: Whether callers also send the key of a usage plan; a key tells clients apart and lets nobody in.
        """
        method = self.api.root.resource_for_path(path).add_method(
            verb,
            integration,
            api_key_required=key_required or None,
            request_models={"application/json": model} if model else None,
            request_parameters=parameters,
            request_validator=self.validator,
        )
        if self._users is None:
            acknowledge(method, "AwsSolutions::AwsSolutions-COG4", SIGNED)
        self._methods.append(self.api.arn_for_execute_api(verb, PARAMETER.sub("*", path), STAGE))
        return method

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets ``grantee`` call the methods that were added so far.

        Raises:
            ValueError: The users of a pool may call, and IAM isn't asked.
        """
        if self._users is not None:
            raise ValueError(f"grantee must be a user of the API's pool, as IAM isn't asked, got {grantee}")
        return iam.Grant.add_to_principal(grantee=grantee, actions=["execute-api:Invoke"], resource_arns=self._methods)

    def _log_group(self, construct_id: str, name: str | None = None) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            encryption_key=self._defaults.key,
            log_group_name=name,
            removal_policy=self._defaults.removal_policy,
            retention=self._defaults.log_retention,
        )
