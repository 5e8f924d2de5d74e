"""Adaptations of how ministack's services deliver to each other: only where a policy allows it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from blueprints.local import identity
from blueprints.local.adapter.patching import replace_everywhere
from blueprints.local.provenance import REAL, Ledger
from blueprints.local.trust import trusts

EVENTS = "events.amazonaws.com"
KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
SCHEDULER = "scheduler.amazonaws.com"
SCHEDULED = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "states": "states:StartExecution"}
"""What EventBridge Scheduler does to a target, by the target's service."""
TICK_SECONDS = 1
"""How often it is looked for schedules that are due; ministack does so every ten seconds."""
POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

log = logging.getLogger(__name__)


def queues_are_encrypted_for_services() -> None:
    """A service that delivers to an encrypted queue needs the policy of the key as well; ministack asks that of the queue only."""
    from ministack.services import sqs

    allows = sqs.queue_policy_allows

    def allows_with_key(arn: str, service: str, source_arn: str, source_account: str) -> bool:
        return allows(arn, service, source_arn, source_account) and _key_allows(arn, service, source_arn)

    replace_everywhere(allows, allows_with_key)


def _key_allows(queue_arn: str, service: str, source_arn: str) -> bool:
    from ministack.services import kms, sqs

    queue = sqs._queue_by_arn(queue_arn)
    key = kms._resolve_key(queue["attributes"].get("KmsMasterKeyId")) if queue else None
    if key is None:
        return True
    return all(_policy_allows(key.get("Policy"), action, key["Arn"], service, source_arn, _via_sqs()) for action in KEY_ACTIONS)


def _via_sqs() -> dict[str, str]:
    return {"kms:viaservice": f"sqs.{identity.region()}.amazonaws.com", "kms:calleraccount": identity.ACCOUNT_ID}


def _policy_allows(
    policy: Any, action: str, resource: str, service: str, source_arn: str, context: Mapping[str, Any] | None = None
) -> bool:
    """Tells whether a resource's policy lets a service act, on behalf of ``source_arn`` in this account."""
    from ministack.core import iam_evaluator

    known = {"aws:sourcearn": source_arn, "aws:sourceaccount": identity.ACCOUNT_ID, **(context or {})}
    request = iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=identity.region(),
        service_context=known,
    )
    return bool(iam_evaluator.evaluate_resource_policy(policy, request, service=service).decision == "Allow")


def rules_need_permission(ledger: Ledger) -> None:
    """EventBridge delivers to queues, functions and state machines whatever their policies and the target's role say.

    What EventBridge Scheduler delivers is delivered with the rights of the target's role.
    """
    from ministack.services import eventbridge, scheduler

    scheduler._SCHEDULE_TICK_INTERVAL = TICK_SECONDS
    invoke = eventbridge._invoke_target

    def invoke_permitted(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:
        arn = target.get("Arn", "")
        scheduled = ":schedule/" in rule["Arn"]
        permitted = _may_deliver if scheduled else PERMISSIONS.get(arn.split(":")[2] if arn.count(":") > 2 else "")
        if permitted is None or permitted(target, rule["Arn"]):
            invoke(target, event, rule, view)
            return
        log.warning("EventBridge may not deliver to %s for %s", arn, rule["Arn"])
        ledger.note_call("scheduler" if scheduled else "events", "DeliverToTarget", REAL, 403)
        if dead := (target.get("DeadLetterConfig") or {}).get("Arn"):
            invoke_permitted({"Id": target.get("Id"), "Arn": dead, "RoleArn": target.get("RoleArn")}, event, rule, view)

    eventbridge._invoke_target = invoke_permitted


def _may_send(target: Mapping[str, Any], rule: str) -> bool:
    from ministack.services import sqs

    return bool(sqs.queue_policy_allows(target["Arn"], EVENTS, rule, identity.ACCOUNT_ID))


def _may_invoke(target: Mapping[str, Any], rule: str) -> bool:
    from ministack.services import lambda_svc

    found = lambda_svc.function_policy_for_arn(target["Arn"])
    return found is None or _policy_allows(found[0], "lambda:InvokeFunction", target["Arn"], EVENTS, rule)


def _may_start(target: Mapping[str, Any], _rule: str) -> bool:
    return _role_allows(target.get("RoleArn", ""), "states:StartExecution", target["Arn"])


def _may_deliver(target: Mapping[str, Any], schedule: str) -> bool:
    """Tells whether EventBridge Scheduler may deliver to a target: with its role, which has to trust it.

    See https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role.
    """
    from ministack.services import iam, kms, sqs

    role, arn = target.get("RoleArn") or "", target["Arn"]
    trust = (iam._roles.get(role.rpartition("/")[2]) or {}).get("AssumeRolePolicyDocument", "{}")
    group = schedule.replace(":schedule/", ":schedule-group/").rpartition("/")[0]
    trusted = any(trusts(trust, SCHEDULER, {"aws:sourceaccount": identity.ACCOUNT_ID, "aws:sourcearn": arn}) for arn in (group, schedule))
    needed = [(action, arn) for service, action in SCHEDULED.items() if arn.split(":")[2] == service]
    queue = sqs._queue_by_arn(arn)
    if key := kms._resolve_key(queue["attributes"].get("KmsMasterKeyId")) if queue else None:
        needed += [(action, key["Arn"]) for action in KEY_ACTIONS]
    return trusted and bool(needed) and all(_role_allows(role, action, resource, _via_sqs()) for action, resource in needed)


def _role_allows(role_arn: str, action: str, resource: str, context: Mapping[str, Any] | None = None) -> bool:
    from ministack.core import iam_evaluator

    role = role_arn.rpartition("/")[2]
    request = iam_evaluator.EvalContext(
        principal_arn=role_arn,
        principal_type="AssumedRole",
        principal_account=identity.ACCOUNT_ID,
        action=action,
        resource_arn=resource,
        region=identity.region(),
        service_context=dict(context or {}),
    )
    policies = iam_evaluator._gather_role_policies(role, identity.ACCOUNT_ID)
    return bool(iam_evaluator.evaluate(request, policies).decision == "Allow")


PERMISSIONS: dict[str, Callable[[Mapping[str, Any], str], bool]] = {"lambda": _may_invoke, "sqs": _may_send, "states": _may_start}
"""How the right to deliver to a target is found out, by its service."""


def queues_are_polled_by_right() -> None:
    """Lambda polls queues whatever the function's role says; in AWS such a mapping is refused, or can decrypt nothing."""
    from ministack.core import responses
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    create, create_by_api = handler["create"], lambda_svc._create_esm

    def create_allowed(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        if problem := _polling_problem(properties):
            raise ValueError(problem)
        return create(logical_id, properties, stack)

    def create_allowed_by_api(data: dict[str, Any]) -> Any:
        if problem := _polling_problem(data):
            return responses.error_response_json("InvalidParameterValueException", problem, 400)
        return create_by_api(data)

    handler["create"] = create_allowed
    lambda_svc._create_esm = create_allowed_by_api


def _polling_problem(mapping: Mapping[str, Any]) -> str | None:
    from ministack.services import kms, lambda_svc, sqs

    queue = sqs._queue_by_arn(mapping.get("EventSourceArn", ""))
    _, config, _ = lambda_svc._get_func_record_for_ref(mapping.get("FunctionName", ""))
    if queue is None or config is None:
        return None
    needed = [(action, mapping["EventSourceArn"]) for action in POLLING]
    if key := kms._resolve_key(queue["attributes"].get("KmsMasterKeyId")):
        needed.append(("kms:Decrypt", key["Arn"]))
    for action, resource in needed:
        if not _role_allows(config["Role"], action, resource, _via_sqs()):
            service, _, name = action.partition(":")
            return f"The function execution role does not have permissions to call {name} on {service.upper()}"
    return None
