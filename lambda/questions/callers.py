"""Who asks: the tenant and the subject, as API Gateway has established them."""

from dataclasses import dataclass
from typing import Any

from questions.errors import NoTenant, UnknownClient
from questions.settings import Settings
from questions.shapes import part, text

LONGEST_TENANT = 200


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Args:
        tenant: The tenant; ``None`` without tenancy.
        subject: The user or the IAM identity; empty when API Gateway names neither.
    """

    tenant: str | None
    subject: str


def caller_of(event: Any, settings: Settings) -> Caller:
    """The caller, from what API Gateway's authorizer says and nothing that the caller could write.

    Raises:
        UnknownClient: A token for none of the clients that are served, where they are named.
        NoTenant: With tenancy, a token without a usable tenant.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html and
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
    """
    claims = part(event, "requestContext", "authorizer", "claims")
    if settings.allowed_clients and claims.get("aud") not in settings.allowed_clients:
        raise UnknownClient("UNKNOWN_CLIENT", "The token is for an application that may not ask here: sign in with another one.")
    tenant = _tenant(claims.get(settings.tenant_claim)) if settings.tenancy else None
    return Caller(tenant, text(claims, "sub") or text(part(event, "requestContext", "identity"), "userArn"))


def _tenant(claim: Any) -> str:
    if not isinstance(claim, str) or not claim.strip() or len(claim) > LONGEST_TENANT or not claim.isprintable():
        raise NoTenant("NO_TENANT", "The token names no tenant: ask whoever manages the users of this deployment.")
    return claim
