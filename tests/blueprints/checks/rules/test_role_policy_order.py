from typing import Any

import pytest

from blueprints.checks.rules.role_policy_order import check

ROLE: dict[str, Any] = {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}]}},
    "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
}
USERS: dict[str, dict[str, Any]] = {
    "model": {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}},
    "state machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}},
    "knowledge base": {"Type": "AWS::Bedrock::KnowledgeBase", "Properties": {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}},
    "event source": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": {"Ref": "Function"}}},
    "custom resource": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}},
}


@pytest.mark.parametrize("user", USERS.values(), ids=USERS)
def test_finds_what_may_be_created_before_the_policy_of_its_role(user: dict[str, Any]) -> None:
    assert [finding.logical_id for finding in check({"Resources": {**ROLE, "User": user}})] == ["User"]


@pytest.mark.parametrize("user", USERS.values(), ids=USERS)
def test_accepts_what_depends_on_the_policy(user: dict[str, Any]) -> None:
    assert list(check({"Resources": {**ROLE, "User": {**user, "DependsOn": ["Policy"]}}})) == []


def test_accepts_a_dependency_by_way_of_another_resource() -> None:
    function = {**ROLE["Function"], "DependsOn": ["Policy"]}
    assert list(check({"Resources": {**ROLE, "Function": function, "User": USERS["event source"]}})) == []


def test_leaves_functions_alone_because_lambda_uses_the_role_when_they_run() -> None:
    assert list(check({"Resources": ROLE})) == []
