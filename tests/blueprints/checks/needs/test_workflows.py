import json
from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.workflows import LOG_DELIVERY_ACTIONS, all_states, definition, integration, parameters, workflow_needs

MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:s-Machine"
EXECUTION = MACHINE.replace(":stateMachine:", ":execution:")
NOTHING = Facts()
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:s-Function"
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/s-Table"


def account(states: dict[str, Any], **properties: Any) -> Account:
    text = json.dumps({"States": states}).replace('"FUNCTION"', '"${Function}"')
    machine = {
        "RoleArn": "arn:role",
        "DefinitionString": text,
        "DefinitionSubstitutions": {"Function": {"Fn::GetAtt": ["Function", "Arn"]}, "Table": {"Ref": "Table"}},
        **properties,
    }
    return Account(
        {
            "s": {
                "Resources": {
                    "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
                    "Function": {"Type": "AWS::Lambda::Function", "Properties": {}},
                    "Table": {"Type": "AWS::DynamoDB::Table"},
                    "Bucket": {"Type": "AWS::S3::Bucket"},
                    "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
                }
            }
        }
    )


def needed(states: dict[str, Any], facts: Facts = NOTHING, **properties: Any) -> set[tuple[str, str]]:
    return {(need.action, need.resource) for need in workflow_needs(account(states, **properties), facts)}


def task(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, **fields}


@pytest.mark.parametrize(
    ("state", "need"),
    [
        (task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "${Function}"}), ("lambda:InvokeFunction", FUNCTION)),
        (
            task("arn:aws:states:::lambda:invoke.waitForTaskToken", Arguments={"FunctionName": "${Function}"}),
            ("lambda:InvokeFunction", FUNCTION),
        ),
        (task("${Function}"), ("lambda:InvokeFunction", FUNCTION)),
        (task("arn:aws:states:::dynamodb:updateItem", Arguments={"TableName": "${Table}"}), ("dynamodb:UpdateItem", TABLE)),
        (task("arn:aws:states:::aws-sdk:dynamodb:getItem", Parameters={"TableName": "${Table}"}), ("dynamodb:GetItem", TABLE)),
        (task("arn:aws:states:::aws-sdk:sfn:listExecutions", Arguments={"StateMachineArn": "x"}), ("states:ListExecutions", "{unknown}")),
        (task("arn:aws:states:::aws-sdk:textract:analyzeID"), ("textract:AnalyzeID", "*")),
    ],
)
def test_tasks_need_what_they_call(state: dict[str, Any], need: tuple[str, str]) -> None:
    assert needed({"One": state}) == {need}


def test_states_inside_of_maps_and_branches_count() -> None:
    inner = {"States": {"Inner": task("arn:aws:states:::aws-sdk:textract:analyzeID")}}
    states = {
        "Map": {"Type": "Map", "ItemProcessor": inner},
        "Old": {"Type": "Map", "Iterator": inner},
        "Parallel": {"Type": "Parallel", "Branches": [inner, inner]},
    }
    assert [name for name, _ in all_states({"States": states})] == ["Map", "Inner", "Old", "Inner", "Parallel", "Inner", "Inner"]


def test_a_distributed_map_needs_its_children_its_reader_and_its_writer() -> None:
    state = {
        "Type": "Map",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "States": {}},
        "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Arguments": {"Bucket": "s-Bucket", "Prefix": "{% $p %}"}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "s-Bucket", "Prefix": "bulk"}},
    }
    written = "arn:aws:s3:::s-Bucket/bulk/{unknown}/manifest.json"
    assert needed({"Map": state}) == {
        ("states:StartExecution", MACHINE),
        ("states:DescribeExecution", f"{EXECUTION}:run"),
        ("states:StopExecution", f"{EXECUTION}:run"),
        ("states:RedriveExecution", f"{EXECUTION}/label:run"),
        ("s3:ListBucket", "arn:aws:s3:::s-Bucket"),
        *((f"s3:{action}", written) for action in ("PutObject", "GetObject", "ListMultipartUploadParts", "AbortMultipartUpload")),
    }


def test_resources_that_executions_name_are_told_by_state() -> None:
    state = task("arn:aws:states:::aws-sdk:s3:listObjectsV2", Parameters={"Bucket.$": "$.bucket"})
    assert needed({"List": state}) == {("s3:ListBucket", "{unknown}")}
    assert needed({"List": state}, Facts(named={("List", "s3:ListBucket"): ["arn:one", "arn:two"]})) == {
        ("s3:ListBucket", "arn:one"),
        ("s3:ListBucket", "arn:two"),
    }


def test_a_key_of_the_customer_is_used_for_executions_and_for_the_log() -> None:
    given = account({}, EncryptionConfiguration={"KmsKeyId": {"Ref": "Key"}}, LoggingConfiguration={"Level": "ALL"})
    found = {(need.principal, need.action, need.context[0]) for need in workflow_needs(given, Facts()) if need.action.startswith("kms:")}
    own, log = (
        ("kms:encryptioncontext:aws:states:statemachinearn", MACHINE),
        ("kms:encryptioncontext:sourcearn", "arn:aws:logs:us-east-1:111122223333:*"),
    )
    assert found == {
        ("arn:role", "kms:Decrypt", own),
        ("arn:role", "kms:GenerateDataKey", own),
        ("arn:role", "kms:GenerateDataKey", log),
        ("delivery.logs.amazonaws.com", "kms:Decrypt", log),
    }


def test_logs_and_traces_need_their_deliveries() -> None:
    found = needed({}, LoggingConfiguration={"Level": "ALL"}, TracingConfiguration={"Enabled": True})
    assert found > {(action, "*") for action in LOG_DELIVERY_ACTIONS}
    assert ("xray:PutTraceSegments", "*") in found


def test_what_only_an_execution_knows_is_unknown() -> None:
    assert parameters({"Parameters": {"A.$": "$.a", "B": "b"}}) == {"A": "{unknown}", "B": "b"}
    assert parameters({"Arguments": {"A": "{% $a %}", "B": "b"}}) == {"A": "{unknown}", "B": "b"}


def test_integrations_are_named_as_boto3_names_them() -> None:
    assert integration("arn:aws-cn:states:::aws-sdk:eventbridge:putEvents") == ("events", "PutEvents")
    assert integration("arn:aws:states:::states:startExecution.sync:2") == ("stepfunctions", "StartExecution")
    assert integration("arn:aws:lambda:us-east-1:1:function:x") is None


def test_a_definition_may_be_an_object() -> None:
    given = account({}, Definition={"States": {"A": {"Type": "Pass", "Result": "${Table}"}}})
    (machine,) = given.of_type("AWS::StepFunctions::StateMachine")
    assert definition(machine)["States"]["A"]["Result"] == "s-Table"
