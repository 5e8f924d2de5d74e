import pytest
from botocore.exceptions import UnknownServiceError

from blueprints.checks.iam_actions import actions, is_known, methods, positional_names, takes_resource


@pytest.mark.parametrize(
    ("service", "operation", "needed"),
    [
        ("textract", "AnalyzeID", ("textract:AnalyzeID",)),
        ("stepfunctions", "StartExecution", ("states:StartExecution",)),
        ("cloudwatch", "PutMetricData", ("cloudwatch:PutMetricData",)),
        ("s3", "HeadObject", ("s3:GetObject",)),
        ("s3", "ListObjectsV2", ("s3:ListBucket",)),
        ("s3", "CopyObject", ("s3:GetObject", "s3:PutObject")),
        ("sqs", "SendMessageBatch", ("sqs:SendMessage",)),
        ("lambda", "Invoke", ("lambda:InvokeFunction",)),
    ],
)
def test_operations_need_the_actions_that_aws_lists(service: str, operation: str, needed: tuple[str, ...]) -> None:
    assert actions(service, operation) == needed


def test_an_action_that_aws_does_not_list_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"textract\.AnalyseDocument needs the action textract:AnalyseDocument"):
        actions("textract", "AnalyseDocument")


def test_methods_of_clients_lead_to_operations() -> None:
    assert methods("textract")["analyze_id"] == ("AnalyzeID",)
    assert "AbortMultipartUpload" in methods("s3")["upload_fileobj"]
    assert positional_names("s3", "upload_fileobj") == ("Fileobj", "Bucket", "Key")
    assert positional_names("s3", "put_object") == ()


def test_an_unknown_service_is_an_error() -> None:
    with pytest.raises(UnknownServiceError, match="textrakt"):
        methods("textrakt")


def test_actions_with_and_without_resources_are_told_apart() -> None:
    assert takes_resource("s3:GetObject")
    assert not takes_resource("textract:AnalyzeDocument")
    assert not takes_resource("comprehend:DetectEntities")
    assert is_known("KMS:decrypt")
    assert not is_known("kms:Decipher")
