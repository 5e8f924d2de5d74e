"""What is passed on to an endpoint, and who may ask it how much."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_ec2 as ec2

from ml_constructs.foundation.api_stage import Throttle
from ml_constructs.foundation.checks import check_range, check_text
from ml_constructs.foundation.firewall import BODY_RULES
from ml_constructs.foundation.usage_plans import ClientPlan

LARGEST_REQUEST_BYTES = 4_500_000
"""Lambda takes events of 6 MB; a body of this size still fits when base64 makes it longer by a third.

See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
LONGEST_WAIT_SECONDS = 26
"""API Gateway waits for 29 seconds, unless the account has asked for more; the rest is for the function's own start and end.

See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""
MOST_CLIENTS = 20
MEDIA_TYPE = r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*"
TEXT = re.compile(r"text/.*|application/(json|jsonlines|xml|[\w.-]+\+(json|xml))")


@dataclass(frozen=True, kw_only=True)
class InferenceOptions:
    """What a function passes on to an endpoint.

    Args:
        content_types: Media types, in lower case and without parameters, that requests may have.
        max_request_bytes: The size of a request at most, 1 to ``LARGEST_REQUEST_BYTES``.
        timeout_seconds: How long the model may take, 1 to ``LONGEST_WAIT_SECONDS``.
        max_concurrency: Requests that the function works on at once, 1 to 1,000, taken from those of the account; only the account limits
            them when left out.
        memory_mb: Of the function, which holds request and answer at once.

    Raises:
        ValueError: A value out of its range, or what can't be a media type.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html
    """

    content_types: tuple[str, ...] = ("application/json", "text/csv")
    max_request_bytes: int = 1_048_576
    timeout_seconds: int = 25
    max_concurrency: int | None = None
    memory_mb: int = 512

    def __post_init__(self) -> None:
        if not self.content_types:
            raise ValueError("content_types must name at least one media type, got none")
        for each in self.content_types:
            check_text("content_types", each, MEDIA_TYPE, "media types in lower case such as text/csv")
        check_range("max_request_bytes", self.max_request_bytes, 1, LARGEST_REQUEST_BYTES)
        check_range("timeout_seconds", self.timeout_seconds, 1, LONGEST_WAIT_SECONDS)
        if self.max_concurrency is not None:
            check_range("max_concurrency", self.max_concurrency, 1, 1000)

    @property
    def binary_types(self) -> tuple[str, ...]:
        """Those whose bodies are bytes."""
        return tuple(each for each in self.content_types if not TEXT.fullmatch(each))


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may ask an endpoint, from where, and how much.

    Args:
        users: May ask, with an identity token of the pool; identities of IAM may when left out.
        allowed_clients: Ids of up to 20 clients of the pool whose ID tokens are served; those of every client when left out.
        endpoint: Makes the API private to this endpoint of a network.
        limits: How many requests are taken of all together.
        plans: How many of each client, by the names of plans; with plans every request needs a key.

    Raises:
        ValueError: Too many clients, or clients without ``users``.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html
    """

    users: cognito.IUserPool | None = None
    allowed_clients: tuple[str, ...] = ()
    endpoint: ec2.IVpcEndpoint | None = None
    limits: Throttle = field(default_factory=Throttle)
    plans: Mapping[str, ClientPlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_range("number of allowed_clients", len(self.allowed_clients), 0, MOST_CLIENTS)
        if self.allowed_clients and self.users is None:
            raise ValueError(f"allowed_clients must be left out without users, got {', '.join(self.allowed_clients)}")
        for client in self.allowed_clients:
            check_text("allowed_clients", client, r"[\w+]{1,128}", "ids of 1 to 128 letters, digits, _ and +")


@dataclass(frozen=True, kw_only=True)
class RequestForm:
    """Where requests go, and what JSON among them looks like.

    Args:
        path: Below the stage.
        schema: A JSON schema, draft 4, that API Gateway holds JSON requests against; a value that breaks a limit of length, pattern or list
            is repeated in the caller's error and in API Gateway's log of errors.
        counted_rules: Rules of AWS's common set that the firewall counts instead of refusing a request; those about bodies when left out,
            which are data for a model and no pages of a website.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    """

    path: str = "/predictions"
    schema: Mapping[str, Any] | None = None
    counted_rules: tuple[str, ...] = BODY_RULES
