"""Tries what the role of an answering function may do with models, by a role that has the same policies."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from blueprints.local import identity
from blueprints.local.clients import Clients, Credentials
from blueprints.local.embedded import EmbeddedAws

NAME = "trial-of-the-guardrail"
TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{identity.ACCOUNT_ID}:root"}, "Action": "sts:AssumeRole"}
VERSION = "2012-10-17"
DENIED = "AccessDeniedException"


@dataclass(frozen=True)
class Answering:
    """The function that answers.

    Args:
        role: The name of its role.
        environment: Its variables.
    """

    role: str
    environment: Mapping[str, str]

    @property
    def guardrail(self) -> dict[str, str]:
        """The guardrail that it calls models with."""
        return {"guardrailIdentifier": self.environment["GUARDRAIL_ARN"], "guardrailVersion": self.environment["GUARDRAIL_VERSION"]}


def answering(aws: EmbeddedAws, stack: str, *, variable: str = "GUARDRAIL_ARN") -> Answering:
    """Finds the function of ``stack`` that answers, by a variable that no other has.

    Raises:
        LookupError: There is none.
    """
    pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    for resource in (resource for page in pages for resource in page["StackResourceSummaries"]):
        if resource["ResourceType"] == "AWS::Lambda::Function":
            function = aws.client("lambda").get_function_configuration(FunctionName=resource["PhysicalResourceId"])
            environment = function.get("Environment", {}).get("Variables", {})
            if variable in environment:
                return Answering(function["Role"].rpartition("/")[2], environment)
    raise LookupError(f"{stack} must hold a function with {variable}, got none")


@contextmanager
def same_rights(aws: EmbeddedAws, role: str, *, service: str = "bedrock-runtime") -> Iterator[Any]:
    """Gives a client of ``service`` with the rights of ``role``, through a role that is removed afterwards."""
    iam = aws.client("iam")
    made = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps({"Version": VERSION, "Statement": [TRUST]}))["Role"]
    policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    try:
        for policy in policies:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            iam.put_role_policy(RoleName=NAME, PolicyName=policy, PolicyDocument=json.dumps(document))
        given = aws.client("sts").assume_role(RoleArn=made["Arn"], RoleSessionName=NAME)["Credentials"]
        credentials = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        yield Clients(aws.port, aws.region).of(credentials)(service)
    finally:
        for policy in iam.list_role_policies(RoleName=NAME)["PolicyNames"]:
            iam.delete_role_policy(RoleName=NAME, PolicyName=policy)
        iam.delete_role(RoleName=NAME)


def refusal(bedrock: Any, model: str, guardrail: Mapping[str, str] | None) -> str | None:
    """Calls a model with a guardrail or without; returns the code of the error, if there is one."""
    message = {"role": "user", "content": [{"text": "What is the weather like?"}]}
    try:
        bedrock.converse(modelId=model, messages=[message], **({"guardrailConfig": dict(guardrail)} if guardrail else {}))
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None
