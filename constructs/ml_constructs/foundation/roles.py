"""Roles that only the right service of the right account can assume, and statements no wider than the code."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge

WITHOUT_SOURCE_ACCOUNT = ("ec2.amazonaws.com", "lambda.amazonaws.com")
_POLICY_PACKS = ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")


def service_role(scope: Construct, construct_id: str, *, service: str, source_arn: str | None = None) -> iam.Role:
    """A role without permissions that ``service`` assumes on behalf of this account and nobody else's.

    Args:
        scope: Where the role is defined.
        construct_id: Its id there.
        service: Principal such as ``textract.amazonaws.com``.
        source_arn: The resource that the service acts for, with ``*`` where it isn't known yet.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    conditions: dict[str, dict[str, str]] = {}
    if service not in WITHOUT_SOURCE_ACCOUNT:
        conditions["StringEquals"] = {"aws:SourceAccount": Stack.of(scope).account}
    if source_arn is not None:
        conditions["ArnLike"] = {"aws:SourceArn": source_arn}
    role = iam.Role(scope, construct_id, assumed_by=iam.ServicePrincipal(service, conditions=conditions))
    acknowledge(
        role,
        [f"{pack}::{pack}-IAMNoInlinePolicy" for pack in _POLICY_PACKS],
        "The policy belongs to this role alone and is deleted with it; a managed policy could be attached to other identities.",
    )
    return role


def allow_unscoped(role: iam.IRole, actions: Sequence[str], reason: str) -> iam.Policy:
    """Adds actions that AWS defines without resources, in a policy of their own with the reason beside it.

    Args:
        role: Gets the permission.
        actions: Full action names such as ``textract:AnalyzeDocument``.
        reason: Why no resource can be named.

    Raises:
        ValueError: An action with a wildcard.

    See https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    if wide := [action for action in actions if "*" in action]:
        raise ValueError(f"actions must be named in full, got {', '.join(wide)}")
    service, _, action = actions[0].partition(":")
    policy = iam.Policy(
        cast("Construct", role),
        f"Unscoped{service.title()}{action}",
        statements=[iam.PolicyStatement(actions=list(actions), resources=["*"])],
        roles=[role],
    )
    acknowledge(policy, "AwsSolutions::AwsSolutions-IAM5[Resource::*]", reason)
    return policy
