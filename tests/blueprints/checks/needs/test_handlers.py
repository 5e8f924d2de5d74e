from pathlib import Path
from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.handlers import handler_needs, package_of
from blueprints.checks.permissions import Need

HEAD = "import boto3, os\ndef handler(event, context):\n    "
BUCKET = "arn:aws:s3:::s-Bucket"
FACTS = Facts(
    named={("work", "s3:GetObject"): [f"{BUCKET}/x"], ("work", "textract:Read"): [f"{BUCKET}/document"]},
    also={("work", "s3:ListBucketVersions"): [BUCKET], ("other", "s3:ListBucket"): [BUCKET]},
    unused=frozenset({"textract:AnalyzeExpense"}),
)
ANSWERS = ("s3:ListBucketVersions", BUCKET)


def needs(root: Path, line: str, *, package: str = "work", **resources: Any) -> list[Need]:
    (root / "work").mkdir()
    (root / "work" / "handler.py").write_text(HEAD + line)
    function = {"Role": "arn:role", "Handler": f"{package}.handler.handler", "Environment": {"Variables": {"BUCKET": {"Ref": "Bucket"}}}}
    machine = {"DefinitionString": "arn:aws:states:::lambda:invoke.waitForTaskToken"}
    account = Account(
        {
            "s": {
                "Resources": {
                    "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
                    "Bucket": {"Type": "AWS::S3::Bucket"},
                    "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
                    **resources,
                    "Other": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": "{}"}},
                }
            }
        }
    )
    (found,) = account.of_type("AWS::Lambda::Function")
    assert package_of(found) == package
    return list(handler_needs(account, found, root, FACTS))


def pairs(found: list[Need]) -> set[tuple[str, str]]:
    return {(need.action, need.resource) for need in found} - {ANSWERS}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("boto3.client('s3').put_object(Bucket=os.environ['BUCKET'], Key='k')", {("s3:PutObject", f"{BUCKET}/k")}),
        ("boto3.client('s3').get_object(Bucket=event['bucket'], Key='k')", {("s3:GetObject", f"{BUCKET}/x")}),
        ("boto3.client('s3').list_objects_v2(Bucket=event['bucket'])", {("s3:ListBucket", "{unknown}")}),
        ("boto3.client('sns').publish(TopicArn='')", set()),
        (
            "boto3.client('stepfunctions').send_task_success(taskToken=event['token'])",
            {("states:SendTaskSuccess", "arn:aws:states:us-east-1:111122223333:stateMachine:s-Machine")},
        ),
    ],
    ids=["by its environment", "by its events", "nobody told", "switched off", "task token"],
)
def test_calls_are_needed_on_what_they_name(tmp_path: Path, line: str, expected: set[tuple[str, str]]) -> None:
    assert pairs(needs(tmp_path, line)) == expected


def test_textract_reads_the_document_with_the_permissions_of_the_caller(tmp_path: Path) -> None:
    assert pairs(needs(tmp_path, "boto3.client('textract').analyze_id()")) == {
        ("textract:AnalyzeID", "*"),
        ("s3:GetObject", f"{BUCKET}/document"),
        ("s3:GetObjectVersion", f"{BUCKET}/document"),
    }


def test_a_role_that_is_handed_over_is_passed_and_then_used(tmp_path: Path) -> None:
    channel = "NotificationChannel={'RoleArn': 'arn:notices', 'SNSTopicArn': 'arn:topic'}"
    found = needs(tmp_path, f"boto3.client('textract').start_document_analysis({channel})")
    (passing,) = (need for need in found if need.action == "iam:PassRole")
    assert (passing.resource, dict(passing.context)) == ("arn:notices", {"iam:passedtoservice": "textract.amazonaws.com"})
    (publishing,) = (need for need in found if need.action == "sns:Publish")
    assert (publishing.principal, publishing.resource) == ("arn:notices", "arn:topic")


def test_custom_resources_tell_their_function_what_it_works_on(tmp_path: Path) -> None:
    properties = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "BucketName": {"Ref": "Bucket"}}
    line = "boto3.client('s3').get_bucket_policy(Bucket=event['ResourceProperties']['BucketName'])"
    assert pairs(needs(tmp_path, line, Custom={"Type": "Custom::Work", "Properties": properties})) == {("s3:GetBucketPolicy", BUCKET)}


def test_permissions_that_decide_about_answers_are_needed_as_well(tmp_path: Path) -> None:
    found = needs(tmp_path, "boto3.client('s3').get_object(Bucket=event['bucket'], Key='k')")
    assert ANSWERS in {(need.action, need.resource) for need in found}


def test_what_the_settings_switch_off_is_not_needed(tmp_path: Path) -> None:
    assert "textract:AnalyzeExpense" not in {action for action, _ in pairs(needs(tmp_path, "boto3.client('textract').analyze_expense()"))}


def test_a_function_of_somebody_else_needs_nothing_here(tmp_path: Path) -> None:
    assert needs(tmp_path, "boto3.client('s3').list_buckets()", package="index") == []
