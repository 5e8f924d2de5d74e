"""Who asks: the tenant and the subject, as API Gateway has established them."""

from dataclasses import dataclass
from typing import Any

from questions.errors import NoTenant
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
        NoTenant: With tenancy, a token without a usable tenant.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
    """
    claims = part(event, "requestContext", "authorizer", "claims")
    tenant = _tenant(claims.get(settings.tenant_claim)) if settings.tenancy else None
    return Caller(tenant, text(claims, "sub") or text(part(event, "requestContext", "identity"), "userArn"))


def _tenant(claim: Any) -> str:
    if not isinstance(claim, str) or not claim.strip() or len(claim) > LONGEST_TENANT or not claim.isprintable():
        raise NoTenant("NO_TENANT", "The token names no tenant: ask whoever manages the users of this deployment.")
    return claim
