"""The interface endpoints that a network can have, by the names of AWS PrivateLink, and what their policies can ask for."""

from pathlib import Path
from typing import Any

import yaml
from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import IConstruct

_KINDS: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
ENDPOINTS = tuple(_KINDS)


def endpoint_service(name: str) -> ec2.InterfaceVpcEndpointAwsService:
    """The service behind the endpoint ``name``, one of ``ENDPOINTS``.

    Raises:
        ValueError: A name that isn't one of them.

    See https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    """
    if name not in ENDPOINTS:
        raise ValueError(f"endpoint must be one of {', '.join(ENDPOINTS)}, got {name!r}")
    return ec2.InterfaceVpcEndpointAwsService(name, _KINDS[name].get("prefix"))


def endpoint_policy(scope: IConstruct, name: str) -> iam.PolicyStatement:
    """Lets identities of this account through the endpoint ``name``, to resources of this account where the service has such.

    See https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    return account_statement(scope, own_resources=_KINDS[name].get("own_resources", False))


def account_statement(scope: IConstruct, *, own_resources: bool) -> iam.PolicyStatement:
    """Allows what identities of this account may do anyway, and nothing for others."""
    account = Stack.of(scope).account
    condition = {"aws:PrincipalAccount": account, **({"aws:ResourceAccount": account} if own_resources else {})}
    return iam.PolicyStatement(principals=[iam.AnyPrincipal()], actions=["*"], resources=["*"], conditions={"StringEquals": condition})


def ecr_layers_statement(scope: IConstruct) -> iam.PolicyStatement:
    """Lets image layers through, which ECR keeps in a bucket of its own and hands out by signed addresses.

    See https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    stack = Stack.of(scope)
    layers = f"arn:{stack.partition}:s3:::prod-{stack.region}-starport-layer-bucket/*"
    return iam.PolicyStatement(principals=[iam.AnyPrincipal()], actions=["s3:GetObject"], resources=[layers])
