"""Who asks, as API Gateway has established it, and nothing that the caller could write."""

from collections.abc import Mapping
from typing import Any

from inference.errors import NotAllowed
from inference.settings import Settings


def claims_of(event: Any, settings: Settings) -> Mapping[str, Any]:
    """The claims of the caller's ID token; none for identities of IAM.

    Raises:
        NotAllowed: A token for none of the clients that are served, where they are named.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
    """
    found: Any = event
    for name in ("requestContext", "authorizer", "claims"):
        found = found.get(name) if isinstance(found, Mapping) else None
    claims: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    if settings.allowed_clients and claims.get("aud") not in settings.allowed_clients:
        raise NotAllowed("UNKNOWN_CLIENT", "The token is for an application that may not ask here: sign in with another one.")
    return claims
