"""Roles with more or longer policies than IAM takes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.checks.deployed import Account, Resource, listed
from blueprints.checks.rules.finding import Finding, Template

ISSUE = "aws/modern-data-architecture-accelerator: CHANGELOG"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
INLINE_CHARACTERS = 10_240
MANAGED_CHARACTERS = 6_144
MANAGED_POLICIES = 10


def _size(document: Mapping[str, Any]) -> int:
    return len("".join(json.dumps(document).split()))


def _inline(account: Account, role: Resource) -> Iterator[Mapping[str, Any]]:
    for policy in listed(role.properties.get("Policies")):
        yield policy["PolicyDocument"]
    for policy in account.of_type("AWS::IAM::Policy"):
        if role.name in listed(policy.properties.get("Roles")):
            yield policy.properties["PolicyDocument"]


def check(template: Template) -> Iterator[Finding]:
    """The policies of every role stay within IAM's quotas, which CloudFormation learns of only when it creates them."""
    account = Account({"stack": template})
    for role in account.of_type("AWS::IAM::Role"):
        size = sum(map(_size, _inline(account, role)))
        if size > INLINE_CHARACTERS:
            yield Finding(ISSUE, role.logical_id, f"has inline policies of {size} characters, IAM takes {INLINE_CHARACTERS}")
        attached = len(listed(role.properties.get("ManagedPolicyArns")))
        if attached > MANAGED_POLICIES:
            yield Finding(ISSUE, role.logical_id, f"has {attached} managed policies, IAM takes {MANAGED_POLICIES}")
    for policy in account.of_type("AWS::IAM::ManagedPolicy"):
        size = _size(policy.properties["PolicyDocument"])
        if size > MANAGED_CHARACTERS:
            yield Finding(ISSUE, policy.logical_id, f"has {size} characters, IAM takes {MANAGED_CHARACTERS}")
