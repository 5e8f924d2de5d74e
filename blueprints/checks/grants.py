"""Gathers the statements of all policies of an account's templates."""

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.checks.deployed import Account, Resource, listed

_POLICY_TYPES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
# Policies of resources: the type of the policy, and the property that says whose it is.
_RESOURCE_POLICIES = {"AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics", "AWS::S3::BucketPolicy": "Bucket"}


@dataclass(frozen=True)
class Grant:
    """One statement of a policy, and where it stands."""

    place: str
    statement: Mapping[str, Any]


def statements(place: str, document: Mapping[str, Any]) -> Iterator[Grant]:
    """The statements of a policy document."""
    for index, statement in enumerate(listed(document.get("Statement"))):
        yield Grant(f"{place}[{index}]", statement)


def role_grants(account: Account, role: Resource) -> Iterator[Grant]:
    """Every statement of the policies of a role: inline, attached, and AWS's own."""
    for policy in listed(role.properties.get("Policies")):
        yield from statements(f"{role.logical_id}.{policy['PolicyName']}", policy["PolicyDocument"])
    arns = listed(role.properties.get("ManagedPolicyArns"))
    for resource in account.of_type(*_POLICY_TYPES):
        if role.name in listed(resource.properties.get("Roles")) or resource.arn in arns:
            yield from statements(resource.logical_id, resource.properties["PolicyDocument"])
    for arn in arns:
        if ":aws:policy/" in arn:
            yield from statements(arn.rsplit("/", 1)[-1], managed_policy(arn))


@functools.cache
def _managed_policies() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies


def managed_policy(arn: str) -> dict[str, Any]:
    """The document of one of AWS's own policies.

    Raises:
        ValueError: A policy that AWS does not have.
    """
    name = arn.rsplit("/", 1)[-1]
    if name not in _managed_policies():
        raise ValueError(f"{arn} is not one of AWS's managed policies")
    document: dict[str, Any] = _managed_policies()[name]["Document"]
    return document


def _invoke_statement(permission: Resource) -> dict[str, Any]:
    """The statement that Lambda adds to a function's policy for a permission.

    See https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    properties = permission.properties
    keys = {"SourceArn": ("ArnLike", "aws:SourceArn"), "SourceAccount": ("StringEquals", "aws:SourceAccount")}
    conditions = {operator: {key: properties[name]} for name, (operator, key) in keys.items() if name in properties}
    principal = {"Service": properties["Principal"]}
    function = permission.account.find(properties["FunctionName"])
    resource = function.arn if function else properties["FunctionName"]
    return {"Effect": "Allow", "Principal": principal, "Action": properties["Action"], "Resource": resource, "Condition": conditions}


def resource_grants(account: Account, resource: Resource) -> Iterator[Grant]:
    """Every statement of the policy of a key, queue, topic, bucket or function."""
    if "KeyPolicy" in resource.properties:
        yield from statements(resource.logical_id, resource.properties["KeyPolicy"])
    for policy in account.of_type(*_RESOURCE_POLICIES):
        if resource.ref in listed(policy.properties[_RESOURCE_POLICIES[policy.type]]):
            yield from statements(policy.logical_id, policy.properties["PolicyDocument"])
    for permission in account.of_type("AWS::Lambda::Permission"):
        if account.find(permission.properties["FunctionName"]) is resource:
            yield Grant(permission.logical_id, _invoke_statement(permission))
