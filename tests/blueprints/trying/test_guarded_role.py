import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from blueprints.trying import guarded_role
from blueprints.trying.guarded_role import NAME, answering, refusal, same_rights

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}]}
VARIABLES = {"GUARDRAIL_ARN": "arn:guardrail", "GUARDRAIL_VERSION": "3", "MODEL_ID": "model"}


class Aws:
    port, region = 4566, "us-east-1"

    def __init__(self, functions: dict[str, dict[str, str]]) -> None:
        self._functions = functions

    def client(self, service: str) -> Any:
        return boto3.client(service) if service in ("iam", "sts") else self

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **given: Any) -> list[Any]:
        assert given == {"StackName": "stack"}
        functions = [{"ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": name} for name in self._functions]
        return [{"StackResourceSummaries": [{"ResourceType": "AWS::S3::Bucket"}]}, {"StackResourceSummaries": functions}]

    def get_function_configuration(self, FunctionName: str) -> Any:  # noqa: N803 - as boto3 calls it
        variables = self._functions[FunctionName]
        role = f"arn:aws:iam::123456789012:role/of-{FunctionName}"
        return {"Role": role, **({"Environment": {"Variables": variables}} if variables else {})}


class Bedrock:
    """Answers under a guardrail only."""

    def converse(self, **given: Any) -> None:
        assert given["modelId"] == "model"
        if "guardrailConfig" not in given:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "Converse")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    made: list[Any] = []

    class Clients:
        def __init__(self, *at: Any) -> None:
            assert at == (4566, "us-east-1")

        def of(self, credentials: Any) -> Any:
            made.append(credentials)
            return lambda service: (service, credentials.session_token)

    monkeypatch.setattr(guarded_role, "Clients", Clients)
    with mock_aws():
        role = boto3.client("iam").create_role(RoleName="of-answer", AssumeRolePolicyDocument="{}")["Role"]
        boto3.client("iam").put_role_policy(RoleName=role["RoleName"], PolicyName="Default", PolicyDocument=json.dumps(POLICY))
        yield Aws({"sync": {}, "answer": VARIABLES})


def test_the_function_that_answers_is_found_by_its_guardrail(aws: Any) -> None:
    found = answering(aws, "stack")
    assert (found.role, found.environment) == ("of-answer", VARIABLES)
    assert found.guardrail == {"guardrailIdentifier": "arn:guardrail", "guardrailVersion": "3"}


def test_without_such_a_function_it_is_told() -> None:
    with pytest.raises(LookupError, match="stack must hold a function with GUARDRAIL_ARN, got none"):
        answering(Aws({"sync": {}}), "stack")  # type: ignore[arg-type]


def test_a_role_with_the_same_policies_is_used_and_removed(aws: Any) -> None:
    iam = boto3.client("iam")
    with same_rights(aws, "of-answer") as (service, token):
        assert (service, bool(token)) == ("bedrock-runtime", True)
        assert iam.get_role_policy(RoleName=NAME, PolicyName="Default")["PolicyDocument"] == POLICY
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["of-answer"]


def test_the_role_is_removed_when_something_fails(aws: Any) -> None:
    with pytest.raises(ValueError, match="no"), same_rights(aws, "of-answer"):
        raise ValueError("no")
    assert [role["RoleName"] for role in boto3.client("iam").list_roles()["Roles"]] == ["of-answer"]


def test_a_refusal_is_told_by_its_code() -> None:
    assert refusal(Bedrock(), "model", None) == "AccessDeniedException"
    assert refusal(Bedrock(), "model", {"guardrailIdentifier": "g", "guardrailVersion": "1"}) is None
