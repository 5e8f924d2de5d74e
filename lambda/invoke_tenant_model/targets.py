"""Which model is asked: the tenant by the caller's token, the name by the request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.errors import ConfigurationError, NotAllowed, Refused
from inference.settings import Settings

ARCHIVE = ".tar.gz"
LONGEST_NAME = 128
_NAME = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_PREFIX = re.compile(r"([A-Za-z0-9_-]+/)+")


@dataclass(frozen=True, kw_only=True)
class TenantSettings(Settings):
    """The settings of a front for the models of many tenants.

    Args:
        tenant_claim: The claim of the caller's token that names the tenant.
        target_prefix: What the models of all tenants lie below, relative to the endpoint's own prefix; ends with ``/``.
    """

    tenant_claim: str
    target_prefix: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.tenant_claim or not _PREFIX.fullmatch(self.target_prefix):
            raise ConfigurationError("ENVIRONMENT", "TENANT_CLAIM must name a claim, and TARGET_PREFIX must be folders that end with /")


def target_of(event: Any, claims: Mapping[str, Any], settings: TenantSettings) -> str:
    """The ``TargetModel`` of a request: whatever it says, a model of the tenant that the token names.

    Raises:
        NotAllowed: A token without a usable tenant.
        Refused: What can't be the name of a model.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/invoke-multi-model-endpoint.html
    """
    tenant = claims.get(settings.tenant_claim)
    if not _is_name(tenant):
        raise NotAllowed("NO_TENANT", "The token names no tenant: ask whoever manages the users of this deployment.")
    model = _parameter(event, "model")
    if not _is_name(model):
        allowed = f"1 to {LONGEST_NAME} letters and digits, with single dots, dashes or underscores between them"
        raise Refused("MODEL_NAME", f"The name of a model must be {allowed}.")
    return f"{settings.target_prefix}{tenant}/{model}{ARCHIVE}"


def _is_name(given: Any) -> bool:
    return isinstance(given, str) and len(given) <= LONGEST_NAME and _NAME.fullmatch(given) is not None


def _parameter(event: Any, name: str) -> Any:
    parameters = event.get("pathParameters") if isinstance(event, Mapping) else None
    return parameters.get(name) if isinstance(parameters, Mapping) else None
