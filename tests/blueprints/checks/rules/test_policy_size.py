from typing import Any

import pytest

from blueprints.checks.rules.policy_size import INLINE_CHARACTERS, MANAGED_CHARACTERS, MANAGED_POLICIES, check

ROLE: dict[str, Any] = {"Type": "AWS::IAM::Role", "Properties": {}}


def document(characters: int) -> dict[str, Any]:
    return {"Statement": [{"Action": "x" * (characters - len('{"Statement":[{"Action":""}]}'))}]}


def inline(characters: int) -> dict[str, Any]:
    policies = [{"PolicyName": "Own", "PolicyDocument": document(5_000)}]
    attached = {"Roles": [{"Ref": "Role"}], "PolicyDocument": document(characters - 5_000)}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}},
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": attached},
    }


def managed(characters: int) -> dict[str, Any]:
    return {"Role": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document(characters)}}}


def attached(count: int) -> dict[str, Any]:
    return {"Role": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": [f"arn{number}" for number in range(count)]}}}


@pytest.mark.parametrize(
    ("too_much", "just_right"),
    [
        (inline(INLINE_CHARACTERS + 1), inline(INLINE_CHARACTERS)),
        (managed(MANAGED_CHARACTERS + 1), managed(MANAGED_CHARACTERS)),
        (attached(MANAGED_POLICIES + 1), attached(MANAGED_POLICIES)),
    ],
    ids=["inline policies together", "managed policy", "managed policies of a role"],
)
def test_finds_what_exceeds_a_quota_and_accepts_what_reaches_it(too_much: dict[str, Any], just_right: dict[str, Any]) -> None:
    assert [finding.logical_id for finding in check({"Resources": too_much})] == ["Role"]
    assert list(check({"Resources": just_right})) == []
