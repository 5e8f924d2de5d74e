"""Evaluates the policies of templates for the calls that are made under them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ministack.core.iam_evaluator import EvalContext, combine_resource_policy, evaluate, evaluate_resource_policy, parse_policy_document

from blueprints.checks.deployed import ACCOUNT, REGION, Account, Resource, listed
from blueprints.checks.grants import Grant, resource_grants, role_grants


@dataclass(frozen=True)
class Need:
    """One action on one resource that somebody has to be allowed.

    Args:
        principal: The ARN of a role, or the name of a service such as ``events.amazonaws.com``.
        action: An IAM action.
        resource: An ARN, or ``*`` for an action that AWS defines without resources.
        reason: What makes the call.
        context: Values of condition keys, by key in lower case.
    """

    principal: str
    action: str
    resource: str
    reason: str = field(compare=False)
    context: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.principal} needs {self.action} on {self.resource} ({self.reason})"


def _service(need: Need) -> str | None:
    return None if need.principal.startswith("arn:") else need.principal


def _context(need: Need) -> EvalContext:
    service = _service(need)
    return EvalContext(
        # The role, not its session: aws:PrincipalArn is.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
        principal_arn="" if service else need.principal,
        principal_type="Service" if service else "AssumedRole",
        principal_account=ACCOUNT,
        action=need.action,
        resource_arn=need.resource,
        region=REGION,
        secure_transport=True,
        service_context=dict(need.context),
    )


def lets_through(policy: Sequence[Grant], need: Need) -> bool:
    """Whether the policy of an endpoint on the way lets a call through; it allows nothing by itself."""
    document = {"Statement": [grant.statement for grant in policy]}
    return bool(evaluate_resource_policy(document, _context(need)).decision == "Allow")


def is_allowed(need: Need, grants: Sequence[Grant], own_policy: Sequence[Grant] | None = None) -> bool:
    """Whether the statements of a role and those of the resource's own policy together allow what is needed.

    Args:
        need: The action, by a role or a service.
        grants: The statements of the role's policies; they say nothing about a service.
        own_policy: The statements of the resource's policy, if the resource is known; a key has to allow even its own account.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    service = _service(need)
    context = _context(need)
    own = {"Statement": [grant.statement for grant in own_policy or ()]}
    if service:
        return bool(evaluate_resource_policy(own, context, service=service).decision == "Allow")
    identity = evaluate(context, [parse_policy_document({"Statement": [grant.statement for grant in grants]})])
    combined = combine_resource_policy(identity, context, own, ACCOUNT, required=own_policy is not None and need.action.startswith("kms:"))
    return bool(combined.decision == "Allow")


def _is_own_account(grant: Grant) -> bool:
    """Whether a statement of a key's policy leaves the key to its account, without which nobody could manage it."""
    return bool(grant.statement.get("Principal") == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})


def _is_repeated(grant: Grant, part: str, value: str, others: Sequence[Grant]) -> bool:
    """Whether another statement says the same of one action or resource, in lists that the CDK can't merge."""
    own = {**grant.statement, part: value}
    same = ("Effect", "Condition", "Principal")

    def covers(other: Mapping[str, Any]) -> bool:
        lists = all(set(listed(own.get(name))) <= set(listed(other.get(name))) for name in ("Action", "Resource"))
        return lists and all(own.get(name) == other.get(name) for name in same)

    return any(covers(other.statement) for other in others)


def narrowings(grants: Sequence[Grant]) -> Iterator[tuple[str, list[Grant]]]:
    """Every way to take one statement, one action or one resource away, with a name."""
    for index, grant in enumerate(grants):
        if grant.statement["Effect"] != "Allow" or _is_own_account(grant):
            continue
        before, after = list(grants[:index]), list(grants[index + 1 :])
        yield grant.place, before + after
        for part in ("Action", "Resource"):
            values = listed(grant.statement.get(part))
            for value in values if len(values) > 1 else ():
                if not _is_repeated(grant, part, value, [*before, *after]):
                    rest = {**grant.statement, part: [other for other in values if other != value]}
                    yield f"{grant.place} {part} {value}", [*before, Grant(grant.place, rest), *after]


class Policies:
    """All policies of an account's templates, by the ARN of the role or resource that they belong to.

    Args:
        account: Where the templates are deployed.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        self.of_roles = {role.arn: list(role_grants(account, role)) for role in account.of_type("AWS::IAM::Role")}
        self.of_resources = {resource.arn: list(resource_grants(account, resource)) for resource in account}

    def allow(self, need: Need, *, role: Sequence[Grant] | None = None, resource: Sequence[Grant] | None = None) -> bool:
        """Whether they allow what is needed; ``role`` and ``resource`` stand in for those of the role and the resource."""
        belongs_to = owner(self.account, need.resource)
        own = self.of_resources[belongs_to.arn] if belongs_to else None
        grants = self.of_roles.get(need.principal, ())
        return is_allowed(need, grants if role is None else role, own if resource is None else resource)

    def denied(self, needs: Iterable[Need]) -> list[Need]:
        """What is needed and not allowed."""
        return [need for need in needs if not self.allow(need)]

    def excess(self, needs: Sequence[Need]) -> list[str]:
        """What could be taken away from a policy without anything that is needed being denied."""
        by_role, on = defaultdict(list), defaultdict(list)
        for need in needs:
            by_role[need.principal].append(need)
            if belongs_to := owner(self.account, need.resource):
                on[belongs_to.arn].append(need)
        found = []
        for arn, grants in self.of_roles.items():
            found += [name for name, rest in narrowings(grants) if all(self.allow(need, role=rest) for need in by_role[arn])]
        for arn, grants in self.of_resources.items():
            found += [name for name, rest in narrowings(grants) if all(self.allow(need, resource=rest) for need in on[arn])]
        return found


def owner(account: Account, arn: str) -> Resource | None:
    """The resource that an ARN belongs to: itself, the bucket of an object, the table of an index, or the state machine of an execution."""
    if ":execution:" in arn:
        arn = arn.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    parts = arn.split("/")
    prefixes = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((resource for resource in map(account.find, prefixes) if resource), None)
