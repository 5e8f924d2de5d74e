from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey

LOGS = {"Fn::Join": ["", ["logs.", {"Ref": "AWS::Region"}, ".amazonaws.com"]]}


def statement(**expected: Any) -> dict[str, Any]:
    return {"KeyPolicy": {"Statement": Match.array_with([Match.object_like(expected)])}}


def test_a_key_is_rotated_and_kept(key: DataKey, template: Callable[[], Template]) -> None:
    template().has_resource(
        "AWS::KMS::Key", {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": {"EnableKeyRotation": True}}
    )


def test_cloudwatch_logs_may_use_it_for_log_groups_of_this_account_only(key: DataKey, template: Callable[[], Template]) -> None:
    groups = ["arn:", {"Ref": "AWS::Partition"}, ":logs:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":log-group:*"]
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {"Fn::Join": ["", groups]}}}
    template().has_resource_properties("AWS::KMS::Key", statement(Principal={"Service": LOGS}, Condition=condition))


def test_nobody_but_the_account_and_cloudwatch_logs_may_use_it_by_default(key: DataKey, template: Callable[[], Template]) -> None:
    (resource,) = template().find_resources("AWS::KMS::Key").values()
    principals = [statement["Principal"] for statement in resource["Properties"]["KeyPolicy"]["Statement"]]
    assert [list(principal) for principal in principals] == [["AWS"], ["Service"]]


def test_a_named_service_may_use_it_on_behalf_of_this_account_only(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    DataKey(stack, "Key", service_principals=["sns.amazonaws.com"])
    own_account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    expected = statement(Principal={"Service": "sns.amazonaws.com"}, Action=["kms:Decrypt", "kms:GenerateDataKey*"], Condition=own_account)
    template().has_resource_properties("AWS::KMS::Key", expected)


def test_a_service_can_be_held_to_other_actions_and_conditions(key: DataKey, template: Callable[[], Template]) -> None:
    condition = {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}}
    key.allow_service("cloudtrail.amazonaws.com", actions=["kms:GenerateDataKey*"], conditions=condition)
    expected = statement(Principal={"Service": "cloudtrail.amazonaws.com"}, Action="kms:GenerateDataKey*", Condition=condition)
    template().has_resource_properties("AWS::KMS::Key", expected)


def test_an_alias_starts_with_the_name_of_the_stack(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    DataKey(stack, "Key", alias_hint="documents")
    template().has_resource_properties("AWS::KMS::Alias", {"AliasName": "alias/Stack-documents"})


def test_there_is_no_alias_without_a_hint(key: DataKey, template: Callable[[], Template]) -> None:
    template().resource_count_is("AWS::KMS::Alias", 0)


def test_a_key_can_go_with_its_stack(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    DataKey(stack, "Key", removal_policy=cdk.RemovalPolicy.DESTROY)
    template().has_resource("AWS::KMS::Key", {"DeletionPolicy": "Delete"})


@pytest.mark.usefixtures("key")
def test_no_rule_is_left_unmet(findings: Callable[[], dict[str, list[str]]]) -> None:
    assert findings() == {}
