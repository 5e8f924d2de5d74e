from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.grants import managed_policy, resource_grants, role_grants, statements

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def document(action: str) -> dict[str, Any]:
    return {"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}


RESOURCES: dict[str, dict[str, Any]] = {
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Policies": [{"PolicyName": "Own", "PolicyDocument": document("a:Inline")}],
            "ManagedPolicyArns": [BASIC, {"Ref": "Managed"}],
        },
    },
    "Other": {"Type": "AWS::IAM::Role", "Properties": {}},
    "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": document("a:Attached")}},
    "Managed": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document("a:Managed")}},
    "Shared": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": document("a:Shared")}},
    "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document("kms:Decrypt")}},
    "Queue": {"Type": "AWS::SQS::Queue"},
    "QueuePolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": document("sqs:SendMessage")},
    },
    "Topic": {"Type": "AWS::SNS::Topic"},
    "TopicPolicy": {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document("sns:Publish")},
    },
    "Bucket": {"Type": "AWS::S3::Bucket"},
    "BucketPolicy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document("s3:PutObject")},
    },
    "Function": {"Type": "AWS::Lambda::Function", "Properties": {}},
    "Permission": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]},
            "Principal": "sns.amazonaws.com",
            "SourceArn": "arn:topic",
            "SourceAccount": "1",
        },
    },
}
ACCOUNT = Account({"s": {"Resources": RESOURCES}})
BY_ID = {resource.logical_id: resource for resource in ACCOUNT}


def test_every_policy_of_a_role_is_gathered() -> None:
    actions = [grant.statement["Action"] for grant in role_grants(ACCOUNT, BY_ID["Role"]) if isinstance(grant.statement["Action"], str)]
    assert actions == ["a:Inline", "a:Attached", "a:Managed", "a:Shared"]
    assert any("logs:PutLogEvents" in grant.statement["Action"] for grant in role_grants(ACCOUNT, BY_ID["Role"]))
    assert list(role_grants(ACCOUNT, BY_ID["Other"])) == []


@pytest.mark.parametrize(
    ("name", "action"), [("Key", "kms:Decrypt"), ("Queue", "sqs:SendMessage"), ("Topic", "sns:Publish"), ("Bucket", "s3:PutObject")]
)
def test_the_policy_of_a_resource_is_gathered(name: str, action: str) -> None:
    assert [grant.statement["Action"] for grant in resource_grants(ACCOUNT, BY_ID[name])] == [action]


def test_a_permission_reads_as_the_statement_that_lambda_makes_of_it() -> None:
    (grant,) = resource_grants(ACCOUNT, BY_ID["Function"])
    assert grant.statement == {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws:lambda:us-east-1:111122223333:function:s-Function",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:topic"}, "StringEquals": {"aws:SourceAccount": "1"}},
    }


def test_statements_are_known_by_their_place() -> None:
    assert [grant.place for grant in statements("Policy", {"Statement": [{}, {}]})] == ["Policy[0]", "Policy[1]"]
    assert list(statements("Policy", {})) == []


def test_a_managed_policy_that_aws_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="AWSLambdaBasicRole is not one of AWS's managed policies"):
        managed_policy("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicRole")
