from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.targets import call_targets

ACCOUNT = Account(
    {
        "s": {
            "Resources": {
                "Bucket": {"Type": "AWS::S3::Bucket"},
                "Table": {"Type": "AWS::DynamoDB::Table"},
                "Queue": {"Type": "AWS::SQS::Queue"},
                "Machine": {"Type": "AWS::StepFunctions::StateMachine"},
            }
        }
    }
)
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/s-Table"
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/111122223333/s-Queue"
CALLS: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("textract", "AnalyzeDocument", {}, [("textract:AnalyzeDocument", "*")]),
    ("s3", "PutObject", {"Bucket": "s-Bucket", "Key": "work/x"}, [("s3:PutObject", "arn:aws:s3:::s-Bucket/work/x")]),
    ("s3", "ListObjectsV2", {"Bucket": "s-Bucket"}, [("s3:ListBucket", "arn:aws:s3:::s-Bucket")]),
    (
        "s3",
        "GetObject",
        {"Bucket": "s-Bucket", "Key": "k", "VersionId": "v"},
        [("s3:GetObject", "arn:aws:s3:::s-Bucket/k"), ("s3:GetObjectVersion", "arn:aws:s3:::s-Bucket/k")],
    ),
    (
        "s3",
        "CopyObject",
        {"Bucket": "s-Bucket", "Key": "to", "CopySource.Bucket": "{unknown}", "CopySource.Key": "from"},
        [("s3:GetObject", "{unknown}/from"), ("s3:PutObject", "arn:aws:s3:::s-Bucket/to")],
    ),
    ("dynamodb", "Query", {"TableName": "s-Table", "IndexName": "by"}, [("dynamodb:Query", f"{TABLE}/index/by")]),
    (
        "ec2",
        "RevokeSecurityGroupEgress",
        {"GroupId": "sg-1"},
        [("ec2:RevokeSecurityGroupEgress", "arn:aws:ec2:us-east-1:111122223333:security-group/sg-1")],
    ),
    ("dynamodb", "GetItem", {}, [("dynamodb:GetItem", "{unknown}")]),
    ("sqs", "SendMessage", {"QueueUrl": QUEUE_URL}, [("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:s-Queue")]),
    ("stepfunctions", "SendTaskSuccess", {"taskToken": "{unknown}"}, [("states:SendTaskSuccess", "{unknown}")]),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "targets"), CALLS, ids=[f"{call[0]}.{call[1]}" for call in CALLS])
def test_calls_are_checked_against_the_resources_that_they_name(
    service: str, operation: str, parameters: dict[str, Any], targets: list[tuple[str, str]]
) -> None:
    assert call_targets(ACCOUNT, service, operation, parameters) == [(action, arn, ()) for action, arn in targets]
