"""What the one stage of an API logs, how much it takes, and where it is reached from."""

import json
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

STAGE = "v1"
LOGGED = ("caller", "http_method", "ip", "protocol", "request_time", "resource_path", "response_length", "status", "user")


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """How many requests an API takes.

    Args:
        requests_per_second: Of all callers together, on average, 1 to 10,000.
        burst: Of all callers together, at once, 1 to 5,000.
        requests_per_address: From one address in five minutes.

    Raises:
        ValueError: More than API Gateway takes from a whole account.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """

    requests_per_second: int = 20
    burst: int = 40
    requests_per_address: int = 1000

    def __post_init__(self) -> None:
        for name, value, most in (("requests_per_second", self.requests_per_second, 10_000), ("burst", self.burst, 5_000)):
            if not 1 <= value <= most:
                raise ValueError(f"{name} must be 1 to {most}, got {value}")


def stage_options(access_logs: logs.ILogGroup, limits: Throttle, *, signed: bool) -> apigateway.StageOptions:
    """Logs of who asked for what and how it went, without requests and responses.

    Args:
        access_logs: Receives a line for each request.
        limits: How many requests are taken.
        signed: Whether callers have AWS credentials; else the subject of their token is logged.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    return apigateway.StageOptions(
        access_log_destination=apigateway.LogGroupLogDestination(access_logs),
        access_log_format=_access_log_format(signed),
        data_trace_enabled=False,
        logging_level=apigateway.MethodLoggingLevel.ERROR,
        metrics_enabled=True,
        stage_name=STAGE,
        throttling_burst_limit=limits.burst,
        throttling_rate_limit=limits.requests_per_second,
        tracing_enabled=True,
    )


def _access_log_format(signed: bool) -> apigateway.AccessLogFormat:
    standard = apigateway.AccessLogFormat.json_with_standard_fields(**dict.fromkeys(LOGGED, True))
    if signed:
        return standard
    subject = apigateway.AccessLogField.context_authorizer_claims("sub")
    return apigateway.AccessLogFormat.custom(json.dumps({**json.loads(standard.to_string()), "subject": subject}))


def only_through(endpoint: ec2.IVpcEndpoint, callers: iam.IPrincipal) -> iam.PolicyDocument:
    """Lets ``callers`` in by way of ``endpoint`` and nobody in elsewhere.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    """
    invoke: dict[str, Any] = {"actions": ["execute-api:Invoke"], "resources": ["execute-api:/*"]}
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": endpoint.vpc_endpoint_id}}
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(principals=[callers], **invoke),
            iam.PolicyStatement(effect=iam.Effect.DENY, principals=[iam.AnyPrincipal()], conditions=elsewhere, **invoke),
        ]
    )
