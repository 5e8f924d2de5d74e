"""Settings of an API in front of a model: who may ask, from where, how much, and what requests look like."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from ml_constructs.foundation.api_stage import Throttle
from ml_constructs.foundation.usage_plans import ClientPlan
from ml_constructs.sagemaker.inference.front.inference_alarms import FrontThresholds
from ml_constructs.sagemaker.inference.front.inference_options import (
    LARGEST_REQUEST_BYTES,
    LONGEST_WAIT_SECONDS,
    InferenceOptions,
    RequestForm,
)
from stacks.settings.models import ClientId, NetworkChoice, SettingsModel, UserPoolArn

PlanName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*$")]


class PoolSettings(SettingsModel):
    """Who may ask, with Cognito."""

    pool_arn: UserPoolArn | None = None
    """A user pool that stands already; left out, one is made."""
    client_ids: Annotated[tuple[ClientId, ...], Field(max_length=20)] = ()
    """The clients of that pool whose users may ask; all of them when empty."""
    mfa: Literal["optional", "required"] = "required"
    """Whether users of the pool that is made need a second factor."""


class RateSettings(SettingsModel):
    """How much is taken of all callers together."""

    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Requests a second at most."""
    burst: Annotated[int, Field(ge=1, le=5000)] = 100
    """Requests at once at most."""
    requests_per_address: Annotated[int, Field(ge=10, le=2_000_000_000)] = 10_000
    """Requests of one address in five minutes at most."""

    def value(self) -> Throttle:
        """The limits as constructs take them."""
        return Throttle(**self.model_dump())


class UsagePlanSettings(SettingsModel):
    """What each of some clients may ask; every request then needs the key of a client beside the caller's own credentials."""

    name: PlanName
    """What the plan is called."""
    clients: Annotated[tuple[PlanName, ...], Field(min_length=1, max_length=100)]
    """The names of clients, each of which gets a key."""
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 10
    """Requests a second of each client."""
    burst: Annotated[int, Field(ge=1, le=5000)] = 20
    """Requests at once of each client."""
    quota: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None
    """Requests of each client in a period; as many as it likes when left out."""
    period: Literal["DAY", "WEEK", "MONTH"] = "MONTH"
    """The period."""

    def value(self) -> ClientPlan:
        """The plan as constructs take it."""
        return ClientPlan(**self.model_dump(exclude={"name"}))


class CallerSettings(SettingsModel):
    """Who may ask the model, from where, and how much."""

    api: Literal["regional", "private"] = "regional"
    """Whether the API answers on the internet, behind a firewall, or in the deployment's own network only."""
    auth: Literal["iam", "cognito"] = "iam"
    """How callers show who they are."""
    users: PoolSettings = PoolSettings()
    """Who may ask, with cognito."""
    limits: RateSettings = RateSettings()
    """How much is taken of all callers together."""
    usage_plans: Annotated[tuple[UsagePlanSettings, ...], Field(max_length=20)] = ()
    """How much is taken of each client; without plans, clients need no keys."""

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The interface endpoint by which callers of a private API reach it."""
        return ("execute-api",) if self.api == "private" else ()

    @property
    def plans(self) -> dict[str, ClientPlan]:
        """The usage plans by name."""
        return {plan.name: plan.value() for plan in self.usage_plans}

    def conflicts(self, *, network: NetworkChoice) -> Iterator[tuple[tuple[str, ...], str]]:
        """Finds what doesn't go with the network."""
        if self.api == "private" and network != "own":
            yield ("callers", "api"), "private is not allowed unless network is own; allowed: regional"

    @model_validator(mode="after")
    def _clients_are_known(self) -> "CallerSettings":
        clients, pool = self.users.client_ids, self.users.pool_arn
        if pool and self.auth != "cognito":
            raise ValueError(f"users.pool_arn must be left out unless auth is cognito, got {pool} with auth {self.auth}")
        if clients and pool is None:
            raise ValueError(
                "users.client_ids must be left out unless users.pool_arn is given, because only tokens of a pool that stands already name "
                f"other clients, got {', '.join(clients)}"
            )
        return self

    @model_validator(mode="after")
    def _plans_are_told_apart(self) -> "CallerSettings":
        for what, names in (
            ("names", [plan.name for plan in self.usage_plans]),
            ("clients", [client for plan in self.usage_plans for client in plan.clients]),
        ):
            folded = [name.lower().replace("-", "") for name in names]
            if twice := sorted({name for name, fold in zip(names, folded, strict=True) if folded.count(fold) > 1}):
                raise ValueError(f"usage_plans must have {what} that differ in more than case and dashes, got {', '.join(twice)}")
        return self


class RequestSettings(SettingsModel):
    """What is passed on to the model."""

    content_types: Annotated[tuple[MediaType, ...], Field(min_length=1, max_length=20)] = ("application/json", "text/csv")
    """The media types that requests may have; those that are no text are passed on as bytes."""
    max_bytes: Annotated[int, Field(ge=1, le=LARGEST_REQUEST_BYTES)] = 1_048_576
    """The size of a request at most."""
    timeout_seconds: Annotated[int, Field(ge=1, le=LONGEST_WAIT_SECONDS)] = 25
    """How long the model may take; callers wait for 29 seconds at most."""
    json_schema: Mapping[str, Any] | None = None
    """A JSON schema, draft 4, that JSON requests have to match. A value that breaks a limit stands in the caller's error and in a log."""
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Requests that the function works on at once, taken from those of the account; left out, only the account limits them."""

    def value(self) -> InferenceOptions:
        """What is passed on, as constructs take it."""
        return InferenceOptions(
            content_types=self.content_types,
            max_request_bytes=self.max_bytes,
            timeout_seconds=self.timeout_seconds,
            max_concurrency=self.concurrency,
        )

    def form(self, path: str = "/predictions") -> RequestForm:
        """Where requests go, and what they look like."""
        return RequestForm(path=path, schema=self.json_schema)


class FrontAlarmSettings(SettingsModel):
    """When alarms about requests are raised."""

    latency_seconds: Annotated[float, Field(gt=0, le=29)] = 5
    """What 95 of 100 predictions take at most, for a quarter of an hour."""
    refused_percent: Annotated[float, Field(gt=0, le=100)] = 20
    """Requests of an hour that the model refuses, of all."""

    def value(self) -> FrontThresholds:
        """The thresholds as constructs take them."""
        return FrontThresholds(**self.model_dump())
