from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from ml_constructs.foundation import DataKey, allow_matching, allow_unscoped, service_role

REASON = "A reason that is long enough to convince a stranger."


def test_a_role_is_assumed_on_behalf_of_this_account_only(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    service_role(stack, "Role", service="textract.amazonaws.com")
    trust = {
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        "Effect": "Allow",
        "Principal": {"Service": "textract.amazonaws.com"},
    }
    template().has_resource_properties(
        "AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Statement": [trust]}, "ManagedPolicyArns": Match.absent()}
    )


def test_a_source_narrows_the_trust_further(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    source = "arn:aws:states:eu-west-1:111122223333:stateMachine:*"
    service_role(stack, "Role", service="states.amazonaws.com", source_arn=source)
    condition = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}, "ArnLike": {"aws:SourceArn": source}}
    template().has_resource_properties(
        "AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Statement": [Match.object_like({"Condition": condition})]}}
    )


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "lambda.amazonaws.com"])
def test_services_that_send_no_source_are_trusted_by_name(stack: cdk.Stack, template: Callable[[], Template], service: str) -> None:
    service_role(stack, "Role", service=service)
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": Match.any_value()}}
    template().has_resource_properties("AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Statement": [trust]}})


def test_a_source_is_refused_for_services_that_send_none(stack: cdk.Stack) -> None:
    with pytest.raises(
        ValueError, match=r"source_arn must be left out for ec2.amazonaws.com, lambda.amazonaws.com, got 'arn:x' for lambda"
    ):
        service_role(stack, "Role", service="lambda.amazonaws.com", source_arn="arn:x")


def test_unscoped_actions_stand_in_a_policy_of_their_own(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    role = service_role(stack, "Role", service="lambda.amazonaws.com")
    allow_unscoped(role, ["textract:AnalyzeDocument", "textract:AnalyzeID"], REASON)
    allow_unscoped(role, ["comprehend:DetectEntities"], REASON)
    statements = [policy["Properties"]["PolicyDocument"]["Statement"] for policy in template().find_resources("AWS::IAM::Policy").values()]
    assert statements == [
        [{"Action": ["textract:AnalyzeDocument", "textract:AnalyzeID"], "Effect": "Allow", "Resource": "*"}],
        [{"Action": "comprehend:DetectEntities", "Effect": "Allow", "Resource": "*"}],
    ]


def test_matching_resources_are_named_by_prefix(stack: cdk.Stack, template: Callable[[], Template]) -> None:
    role = service_role(stack, "Role", service="lambda.amazonaws.com")
    bucket = s3.Bucket(stack, "Bucket")
    allow_matching(role, ["s3:GetObject"], [bucket.arn_for_objects("work/*")], REASON)
    statement = {"Action": "s3:GetObject", "Effect": "Allow", "Resource": stack.resolve(bucket.arn_for_objects("work/*"))}
    template().has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": [statement]}})


@pytest.mark.parametrize("actions", [[], ["s3:*"], ["s3:Get*"], ["GetObject"]])
def test_actions_have_to_be_named_in_full(stack: cdk.Stack, actions: list[str]) -> None:
    role = service_role(stack, "Role", service="lambda.amazonaws.com")
    with pytest.raises(ValueError, match=r"actions must be named in full, got "):
        allow_unscoped(role, actions, REASON)
    with pytest.raises(ValueError, match=r"actions must be named in full, got "):
        allow_matching(role, actions, ["arn:aws:s3:::bucket/*"], REASON)


def test_matching_everything_is_refused(stack: cdk.Stack) -> None:
    role = service_role(stack, "Role", service="lambda.amazonaws.com")
    with pytest.raises(ValueError, match=r"resources must name at least a prefix, got '\*'"):
        allow_matching(role, ["s3:GetObject"], ["*"], REASON)


def test_a_resource_that_is_no_arn_is_refused(stack: cdk.Stack) -> None:
    role = service_role(stack, "Role", service="lambda.amazonaws.com")
    with pytest.raises(ValueError, match=r"resource must be an ARN of this stack, got \{'Fn::Select'"):
        allow_matching(role, ["s3:GetObject"], [cdk.Fn.select(0, cdk.Fn.split("|", cdk.Fn.ref("AWS::StackName")))], REASON)


def test_no_rule_is_left_unmet(stack: cdk.Stack, key: DataKey, findings: Callable[[], dict[str, list[str]]]) -> None:
    role = service_role(stack, "Role", service="states.amazonaws.com")
    allow_unscoped(role, ["textract:AnalyzeDocument"], REASON)
    imported = s3.Bucket.from_bucket_name(stack, "Imported", "documents-of-others")
    literal = "arn:aws:s3:::documents-of-others/inbox/*"
    substituted = cdk.Fn.sub("arn:${AWS::Partition}:s3:::documents/*")
    allow_matching(role, ["s3:GetObject"], [imported.arn_for_objects("work/*"), literal, substituted, f"{key.key_arn}/*"], REASON)
    key.grant_decrypt(role)
    assert findings() == {}


def test_a_wildcard_that_nobody_explained_is_still_found(
    stack: cdk.Stack, key: DataKey, findings: Callable[[], dict[str, list[str]]]
) -> None:
    role = service_role(stack, "Role", service="lambda.amazonaws.com")
    allow_unscoped(role, ["textract:AnalyzeDocument"], REASON)
    role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))
    key.grant_encrypt(role)
    policy = ["Stack/Role/DefaultPolicy/Resource"]
    wide = ("Resource::*", "Action::kms:GenerateDataKey*", "Action::kms:ReEncrypt*")
    assert findings() == {f"AwsSolutions-IAM5[{finding}]": policy for finding in wide}
