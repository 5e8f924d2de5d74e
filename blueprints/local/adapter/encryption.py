"""Adaptations of how ministack evaluates policies of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from blueprints.local import identity
from blueprints.local.adapter.patching import replace_everywhere
from blueprints.local.dispatch import Served, served

SERVICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "s3": {"s3:PutObject": ("kms:GenerateDataKey",), "s3:GetObject": ("kms:Decrypt",), "s3:GetObjectVersion": ("kms:Decrypt",)},
    "sns": {"sns:Publish": ("kms:GenerateDataKey", "kms:Decrypt")},
    "sqs": {"sqs:SendMessage": ("kms:GenerateDataKey", "kms:Decrypt"), "sqs:ReceiveMessage": ("kms:Decrypt",)},
}
"""What a caller has to be allowed with the key, by service and action."""

refused_right: ContextVar[tuple[str, str] | None] = ContextVar("refused_right", default=None)
"""The action and the resource for which the request that is being answered was refused."""


def encrypted_data_needs_its_key() -> None:
    """A caller without rights on the key cannot read or write what is encrypted with it; ministack lets it."""
    from ministack.core import iam_actions, iam_evaluator

    enforce, deny = iam_evaluator.enforce, iam_actions.access_denied_response

    def enforce_key(caller: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: Any = None) -> Any:
        denied = enforce(caller, action, service, region, resource_arn=resource_arn, service_context=service_context)
        if denied:
            return denied
        context = {"kms:ViaService": f"{service}.{region}.amazonaws.com", "kms:CallerAccount": identity.ACCOUNT_ID}
        for key_action, key in _needed(service, action, resource_arn):
            if denied := enforce(caller, key_action, "kms", region, resource_arn=key, service_context=context):
                refused_right.set((key_action, key))
                return denied
        return None

    def deny_key(service: str, action: str, principal: str, request_id: str, **details: Any) -> Any:
        refused = refused_right.get()
        if refused is None:
            return deny(service, action, principal, request_id, **details)
        message = f"User: {principal} is not authorized to perform: {refused[0]} on resource: {refused[1]}"
        reason = "with an explicit deny in a policy" if details.get("explicit_deny") else "because no policy allows the action"
        return deny(service, refused[0], principal, request_id, **{**details, "message": f"{message} {reason}"})

    replace_everywhere(enforce, enforce_key)
    replace_everywhere(deny, deny_key)


def _needed(service: str, action: str, resource: str) -> Iterable[tuple[str, str]]:
    """Yields what the caller has to be allowed: actions, each with the ARN of the key."""
    from ministack.services import kms

    actions = SERVICES.get(service, {}).get(action, ())
    record = kms._resolve_key(KEYS[service](resource)) if actions else None
    return [(key_action, record["Arn"]) for key_action in actions] if record else []


def _key_of_object(arn: str) -> str | None:
    """Returns the key that an object is encrypted with, or would be; none when only its metadata is asked for."""
    from ministack.services import s3

    context = served.get(Served())
    if context.method == "HEAD":
        return None
    bucket, _, name = arn.removeprefix("arn:aws:s3:::").partition("/")
    known: Any = s3._buckets.get(bucket)
    found = known["objects"].get(name) if known and context.method == "GET" else None
    headers = s3._stored_sse_headers(found) if found else s3._bucket_default_sse_headers(bucket)
    key: str | None = headers.get("x-amz-server-side-encryption-aws-kms-key-id")
    return key


def _key_of_queue(arn: str) -> str | None:
    from ministack.services import sqs

    queue = sqs._queue_by_arn(arn)
    return queue["attributes"].get("KmsMasterKeyId") if queue else None


def _key_of_topic(arn: str) -> str | None:
    from ministack.services import sns

    topic = sns._topics.get(arn)
    return topic["attributes"].get("KmsMasterKeyId") if topic else None


KEYS: dict[str, Callable[[str], str | None]] = {"s3": _key_of_object, "sns": _key_of_topic, "sqs": _key_of_queue}
