"""Roles that only the right service of the right account can assume, and statements no wider than the code."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from ml_constructs.foundation.compliance import acknowledge, standard_rules

WITHOUT_SOURCE_ACCOUNT = ("ec2.amazonaws.com", "lambda.amazonaws.com")

_OWN_POLICY = "The policy belongs to this role alone and is deleted with it; a managed policy could be attached to other identities."


def service_role(
    scope: Construct, construct_id: str, *, service: str, source_arn: str | None = None, managed_policies: Sequence[iam.IManagedPolicy] = ()
) -> iam.Role:
    """A role without permissions that ``service`` assumes on behalf of this account and nobody else's.

    Lambda and EC2 send no source account, so their trust names the service alone.

    Args:
        scope: Where the role is defined.
        construct_id: Its id there.
        service: Principal such as ``textract.amazonaws.com``.
        source_arn: The resource that the service acts for, with ``*`` where it isn't known yet.
        managed_policies: Of this account; those of AWS allow more than any function needs.

    Raises:
        ValueError: A source for a service that doesn't send one.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if source_arn is not None and service in WITHOUT_SOURCE_ACCOUNT:
        raise ValueError(f"source_arn must be left out for {', '.join(WITHOUT_SOURCE_ACCOUNT)}, got {source_arn!r} for {service}")
    conditions: dict[str, Any] = {}
    if service not in WITHOUT_SOURCE_ACCOUNT:
        conditions["StringEquals"] = {"aws:SourceAccount": Stack.of(scope).account}
    if source_arn is not None:
        conditions["ArnLike"] = {"aws:SourceArn": source_arn}
    role = iam.Role(scope, construct_id, assumed_by=_principal(service, conditions), managed_policies=list(managed_policies) or None)
    acknowledge(role, standard_rules("IAMNoInlinePolicy"), _OWN_POLICY)
    return role


def allow_unscoped(role: iam.IRole, actions: Sequence[str], reason: str) -> iam.Policy:
    """Adds actions that AWS defines without resources, in a policy of their own with the reason beside it.

    Args:
        role: Gets the permission.
        actions: Full action names such as ``textract:AnalyzeDocument``.
        reason: Why no resource can be named.

    Raises:
        ValueError: No action, or one with a wildcard.

    See https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    _check_actions(actions)
    service, _, action = actions[0].partition(":")
    statement = iam.PolicyStatement(actions=list(actions), resources=["*"])
    policy = iam.Policy(cast("Construct", role), f"Unscoped{service.title()}{action}", statements=[statement], roles=[role])
    acknowledge(policy, "AwsSolutions::AwsSolutions-IAM5[Resource::*]", reason)
    return policy


def allow_matching(role: iam.IRole, actions: Sequence[str], resources: Sequence[str], reason: str) -> None:
    """Adds actions on all resources that match ARNs with a wildcard, with the reason beside the policy.

    Args:
        role: Gets the permission.
        actions: Full action names such as ``s3:GetObject``.
        resources: ARNs such as ``bucket.arn_for_objects("work/*")``.
        reason: Why the resources can't be named one by one.

    Raises:
        ValueError: No action, or one with a wildcard, or a resource that is ``*`` alone.
    """
    _check_actions(actions)
    if "*" in resources:
        raise ValueError(
            "resources must name at least a prefix, got '*': use allow_unscoped for actions that AWS defines without resources"
        )
    role.add_to_principal_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))
    stack = Stack.of(role)
    names = [finding_name(stack, resource) for resource in resources]
    acknowledge(role, [f"AwsSolutions::AwsSolutions-IAM5[Resource::{name}]" for name in names if "*" in name], reason)


def _principal(service: str, conditions: Mapping[str, Any]) -> iam.ServicePrincipal:
    return iam.ServicePrincipal(service, conditions=conditions) if conditions else _unconditional(service)


@cache
def _unconditional(service: str) -> iam.ServicePrincipal:
    return iam.ServicePrincipal(service)


def _check_actions(actions: Sequence[str]) -> None:
    if not actions or any("*" in action or ":" not in action for action in actions):
        raise ValueError(f"actions must be named in full, got {', '.join(actions) or 'none'}")


def finding_name(stack: Stack, arn: str) -> str:
    """Writes an ARN the way cdk-nag names it in a finding.

    Args:
        stack: Where the policy is.
        arn: Of a resource in the same stack, or outside of the app.

    Raises:
        ValueError: Something else than an ARN.
    """
    return _flat(stack.resolve(arn))


def _flat(resolved: Any) -> str:
    match resolved:
        case str():
            return resolved.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(_flat(part) for part in parts)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::Sub": str(text)}:
            return _flat(text)
    raise ValueError(f"resource must be an ARN of this stack, got {resolved}")
