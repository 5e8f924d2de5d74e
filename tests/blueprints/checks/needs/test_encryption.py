from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.needs.encryption import encryption_needs, key_of
from blueprints.checks.permissions import Need

KEY = {"Fn::GetAtt": ["Key", "Arn"]}
RESOURCES: dict[str, dict[str, Any]] = {
    "Bucket": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": KEY}}]}
        },
    },
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": KEY}},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": {"Ref": "Key"}}},
    "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"SSESpecification": {"KMSMasterKeyId": KEY}}},
    "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"KmsKeyId": KEY}},
    "Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": {"KMSKeyId": KEY}},
    "Plain": {"Type": "AWS::S3::Bucket", "Properties": {}},
    "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
}
ACCOUNT = Account({"s": {"Resources": RESOURCES}})
ARNS = {resource.logical_id: resource.arn for resource in ACCOUNT}


@pytest.mark.parametrize(
    ("action", "resource", "key_actions", "service"),
    [
        ("s3:GetObject", f"{ARNS['Bucket']}/x", {"kms:Decrypt"}, "s3"),
        ("s3:PutObject", f"{ARNS['Bucket']}/x", {"kms:GenerateDataKey"}, "s3"),
        ("s3:AbortMultipartUpload", f"{ARNS['Bucket']}/x", {"kms:Decrypt"}, "s3"),
        ("s3:ListBucket", ARNS["Bucket"], set(), "s3"),
        ("sqs:SendMessage", ARNS["Queue"], {"kms:Decrypt", "kms:GenerateDataKey"}, "sqs"),
        ("sqs:ReceiveMessage", ARNS["Queue"], {"kms:Decrypt"}, "sqs"),
        ("sqs:DeleteMessage", ARNS["Queue"], set(), "sqs"),
        ("sns:Publish", ARNS["Topic"], {"kms:Decrypt", "kms:GenerateDataKey"}, "sns"),
        ("dynamodb:UpdateItem", ARNS["Table"], {"kms:Decrypt"}, "dynamodb"),
        ("dynamodb:Query", f"{ARNS['Table']}/index/by", {"kms:Decrypt"}, "dynamodb"),
        ("s3:GetObject", f"{ARNS['Plain']}/x", set(), "s3"),
        ("textract:AnalyzeDocument", "*", set(), "textract"),
    ],
)
def test_actions_on_encrypted_resources_need_the_key(action: str, resource: str, key_actions: set[str], service: str) -> None:
    found = list(encryption_needs(ACCOUNT, [Need("arn:role", action, resource, "a test")]))
    assert {need.action for need in found} == key_actions
    assert {need.resource for need in found} <= {ARNS["Key"]}
    assert all(dict(need.context)["kms:viaservice"] == f"{service}.us-east-1.amazonaws.com" for need in found)


def test_the_context_of_what_is_needed_is_kept() -> None:
    need = Need("sns.amazonaws.com", "sqs:SendMessage", ARNS["Queue"], "a test", (("aws:sourcearn", "arn:topic"),))
    assert all(dict(found.context)["aws:sourcearn"] == "arn:topic" for found in encryption_needs(ACCOUNT, [need]))


@pytest.mark.parametrize("name", ["Bucket", "Queue", "Topic", "Table", "Group", "Trail"])
def test_the_key_of_every_kind_of_resource_is_found(name: str) -> None:
    (resource,) = (found for found in ACCOUNT if found.logical_id == name)
    key = key_of(ACCOUNT, resource)
    assert key is not None
    assert key.logical_id == "Key"
