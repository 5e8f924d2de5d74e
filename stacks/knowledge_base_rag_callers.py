"""Settings of a knowledge base: who may ask, how much, and about which passages."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stacks.settings.models import ClientId, SettingsModel, UserPoolArn

AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]


class TenancySettings(SettingsModel):
    """Callers see the passages of their own tenant only."""

    enabled: bool = False
    """Whether documents belong to tenants: they lie below `tenants/NAME/` in the bucket. Labels that stand there already count."""
    claim: Annotated[str, StringConstraints(pattern=r"^custom:[A-Za-z0-9_-]{1,20}$")] = "custom:tenant"
    """The claim of the caller's token that names the tenant."""
    attribute: AttributeName = "tenant"
    """The metadata attribute of a passage that names it."""


class UserSettings(SettingsModel):
    """Who may ask, with Cognito."""

    pool_arn: UserPoolArn | None = None
    """A user pool that stands already; left out, one is made."""
    client_ids: Annotated[tuple[ClientId, ...], Field(max_length=20)] = ()
    """The clients of that pool whose users may ask; all of them when empty. With tenancy, name those that can't write the tenancy.claim."""
    mfa: Literal["optional", "required"] = "required"
    """Whether users of the pool that is made need a second factor."""


class LimitSettings(SettingsModel):
    """What callers may do, and what it may cost."""

    question_characters: Annotated[int, Field(ge=1, le=20_000)] = 1000
    """The length of a question at most; 1,000 where guardrail.grounding or guardrail.relevance is checked."""
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Questions a second at most."""
    burst: Annotated[int, Field(ge=1, le=5000)] = 40
    """Questions at once at most."""
    requests_per_address: Annotated[int, Field(ge=10, le=2_000_000_000)] = 1000
    """Questions of one address in five minutes at most."""
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Questions that each of the functions works on at once, taken from those of the account; left out, only the account limits them."""
