"""How much of an API each of its clients may use."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from ml_constructs.foundation.checks import check_choice, check_range, check_text
from ml_constructs.foundation.protected_api import ProtectedApi

PERIODS = {"DAY": apigateway.Period.DAY, "WEEK": apigateway.Period.WEEK, "MONTH": apigateway.Period.MONTH}
NAME = r"[A-Za-z][A-Za-z0-9-]{0,63}"


@dataclass(frozen=True, kw_only=True)
class ClientPlan:
    """What the clients of one plan may ask, each for itself.

    API Gateway keeps to these numbers as well as it can, and may let a few requests more through: they are no means to block anybody.

    Args:
        clients: Names, each of which gets a key.
        requests_per_second: On average, 1 to 10,000.
        burst: At once, 1 to 5,000.
        quota: Requests of a ``period``; as many as they like when left out.
        period: ``DAY``, ``WEEK`` or ``MONTH``.

    Raises:
        ValueError: A number out of its range, or names that can't be told apart.

    See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """

    clients: tuple[str, ...]
    requests_per_second: int = 10
    burst: int = 20
    quota: int | None = None
    period: Literal["DAY", "WEEK", "MONTH"] = "MONTH"

    def __post_init__(self) -> None:
        check_range("requests_per_second", self.requests_per_second, 1, 10_000)
        check_range("burst", self.burst, 1, 5_000)
        check_choice("period", self.period, PERIODS)
        if self.quota is not None and self.quota < 1:
            raise ValueError(f"quota must be at least 1, got {self.quota}")
        if not self.clients:
            raise ValueError("clients must name at least one client, got none")
        for client in self.clients:
            check_text("clients", client, NAME, "names of 1 to 64 letters, digits and -, a letter first")


class UsagePlans(Construct):
    """A key for each client of an API, and a plan that tells how many requests it may make with it.

    A key is no credential: IAM or the user pool still decides who may call. Methods ask for keys where they are added with
    ``key_required``. The value of a key isn't known to the template: ``aws apigateway get-api-key --api-key ID --include-value``.

    Args:
        api: Whose stage is meant.
        plans: By name.

    Raises:
        ValueError: No plan, or a client in two of them, whose key API Gateway would refuse.
    """

    def __init__(self, scope: Construct, construct_id: str, *, api: ProtectedApi, plans: Mapping[str, ClientPlan]) -> None:
        super().__init__(scope, construct_id)
        _check(plans)
        self.keys: dict[str, apigateway.IApiKey] = {}
        self.plans = {name: self._plan(name, plan, api) for name, plan in plans.items()}

    def _plan(self, name: str, plan: ClientPlan, api: ProtectedApi) -> apigateway.UsagePlan:
        quota = apigateway.QuotaSettings(limit=plan.quota, period=PERIODS[plan.period]) if plan.quota is not None else None
        made = apigateway.UsagePlan(
            self,
            _id(name),
            api_stages=[apigateway.UsagePlanPerApiStage(api=api.api, stage=api.stage)],
            description=name,
            quota=quota,
            throttle=apigateway.ThrottleSettings(burst_limit=plan.burst, rate_limit=plan.requests_per_second),
        )
        for client in plan.clients:
            self.keys[client] = apigateway.ApiKey(self, f"{_id(client)}Key", description=client)
            made.add_api_key(self.keys[client])
        return made


def _check(plans: Mapping[str, ClientPlan]) -> None:
    if not plans:
        raise ValueError("plans must have at least one plan, got none")
    for name in plans:
        check_text("plans", name, NAME, "named by 1 to 64 letters, digits and -, a letter first")
    for what, names in (("plans", list(plans)), ("clients", [client for plan in plans.values() for client in plan.clients])):
        if twice := [name for name, count in Counter(map(_id, names)).items() if count > 1]:
            raise ValueError(f"{what} must be named differently, got {', '.join(twice)} twice")


def _id(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
