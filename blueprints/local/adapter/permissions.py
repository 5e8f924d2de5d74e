"""Adaptations of what ministack demands of the callers of Bedrock, S3 Vectors and SageMaker."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from blueprints.local import operations, rights
from blueprints.local.adapter.encryption import refused_right
from blueprints.local.adapter.patching import replace_everywhere
from blueprints.local.dispatch import Served, encoded, served
from blueprints.local.operations import Request
from blueprints.local.rights import Lookup, Right

SIGNING_NAMES = ("bedrock", "s3vectors", "sagemaker")
needed: ContextVar[tuple[Right, ...]] = ContextVar("needed", default=())
"""What the caller of the request that is being answered has to be allowed."""


def models_are_invoked_by_right(lookup: Lookup) -> None:
    """Conversations have actions that do not exist, profiles and guardrails are not looked at, and vectors belong to everybody."""
    from ministack.core import iam_actions, iam_evaluator

    action_of, resource_of, enforce = iam_actions.extract_iam_action, iam_actions.extract_resource_arn, iam_evaluator.enforce

    def known_action(service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> str | None:
        request = Request(method, encoded(path, served.get(Served())), urlencode(query, doseq=True), headers, body)
        needed.set(_needed(request, lookup) if request.signing_name in SIGNING_NAMES else ())
        found: str | None = needed.get()[0].action if needed.get() else action_of(service, method, path, headers, body, query)
        return found

    def known_resource(*request: Any) -> str:
        found: str = needed.get()[0].resource if needed.get() else resource_of(*request)
        return found

    def enforce_all(
        caller: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: dict[str, Any] | None = None
    ) -> Any:
        if not needed.get():
            return enforce(caller, action, service, region, resource_arn=resource_arn, service_context=service_context)
        for right in needed.get():
            owner, context = right.action.partition(":")[0], {**(service_context or {}), **right.context}
            if denied := enforce(caller, right.action, owner, region, resource_arn=right.resource, service_context=context):
                refused_right.set((right.action, right.resource))
                return denied
        return None

    iam_actions.extract_iam_action, iam_actions.extract_resource_arn = known_action, known_resource
    replace_everywhere(enforce, enforce_all)


def vector_buckets_have_policies(lookup: Lookup) -> None:
    """Policies of vector buckets are not known to ministack, nor are the buckets."""
    from ministack.core import iam_evaluator

    find = iam_evaluator._resource_policy

    def find_with_vectors(service: str, arn: str) -> tuple[Any, Any] | None:
        found: tuple[Any, Any] | None = lookup.policy_of(arn) if service == "s3vectors" else find(service, arn)
        return found

    iam_evaluator._resource_policy = find_with_vectors


def _needed(request: Request, lookup: Lookup) -> tuple[Right, ...]:
    """Returns what the request needs; nothing if it is not well-formed, which the service then says itself."""
    call = operations.identify(request)
    with contextlib.suppress(ValueError, KeyError, AttributeError, TypeError):
        return tuple(rights.needed(call, operations.parse(call, request), lookup)) if call else ()
    return ()
