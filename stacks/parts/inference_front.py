"""Puts an API and a function in front of an endpoint, as the settings say."""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito

from ml_constructs.foundation.user_pool import UserPool, existing_pool
from ml_constructs.sagemaker.inference.front.inference_api import InferenceApi
from ml_constructs.sagemaker.inference.front.inference_options import Access
from ml_constructs.sagemaker.inference.front.inference_service import InferenceService, Invocable
from stacks.base import BlueprintStack
from stacks.settings.callers import CallerSettings, RequestSettings


@dataclass(frozen=True)
class Handler:
    """The function that answers.

    Args:
        package: The handler package.
        environment: What it is told beside the endpoint and the settings of requests.
        path: Where it is asked, below the stage.
        claim: Of the caller's token, which members of a pool that is made are given.
        shared: Packages that travel with it beside its own and ``inference``.
    """

    package: str = "invoke_endpoint"
    environment: Mapping[str, str] | None = None
    path: str = "/predictions"
    claim: str | None = None
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Front:
    """What stands in front of an endpoint.

    Args:
        service: The function.
        api: Is asked.
        pool: Whose users may ask, if identities of IAM may not.
        users: The pool that was made, if one was.
    """

    service: InferenceService
    api: InferenceApi
    pool: cognito.IUserPool | None
    users: UserPool | None

    @property
    def outputs(self) -> dict[str, str]:
        """What callers have to know."""
        found = {"PredictionsUrl": self.api.predictions_url}
        if self.pool:
            found["UserPoolId"] = self.pool.user_pool_id
        if self.users:
            found["UserPoolClientId"] = self.users.client.user_pool_client_id
        if self.api.plans:
            keys = [f"{client}={key.key_id}" for client, key in self.api.plans.keys.items()]
            found["ApiKeyIds"] = cdk.Fn.join(",", keys)
        return found


def front_of(
    stack: BlueprintStack, endpoint: Invocable, *, callers: CallerSettings, requests: RequestSettings, handler: Handler = Handler()
) -> Front:
    """Defines function, users and API in ``stack``.

    Args:
        stack: The blueprint's.
        endpoint: Is asked.
        callers: Who may ask.
        requests: What is passed on.
        handler: The function that answers.
    """
    service = InferenceService(
        stack,
        "Inference",
        endpoint=endpoint,
        options=requests.value(),
        defaults=stack.defaults,
        package=handler.package,
        environment=handler.environment,
        shared=handler.shared,
    )
    pool, users = _users(stack, callers, handler.claim)
    access = Access(
        users=pool,
        allowed_clients=callers.users.client_ids,
        endpoint=stack.network.endpoints["execute-api"] if stack.network and callers.api == "private" else None,
        limits=callers.limits.value(),
        plans=callers.plans,
    )
    api = InferenceApi(stack, "Api", service=service, defaults=stack.defaults, access=access, form=requests.form(handler.path))
    return Front(service, api, pool, users)


def _users(stack: BlueprintStack, callers: CallerSettings, claim: str | None) -> tuple[cognito.IUserPool | None, UserPool | None]:
    if callers.auth != "cognito":
        return None, None
    if callers.users.pool_arn:
        return existing_pool(stack, "Pool", callers.users.pool_arn), None
    users = UserPool(stack, "Users", claim=claim, mfa=callers.users.mfa, removal_policy=stack.removal_policy)
    return users.pool, users
