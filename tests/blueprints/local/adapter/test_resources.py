"""CloudFormation: every type of the registry, checked by its schema, and a ledger of what became of it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

CONDITIONS = {"IsGiven": {"Fn::Not": [{"Fn::Equals": ["", {"Fn::Join": ["", {"Ref": "Names"}]}]}]}}
PARAMETERS = {"Names": {"Type": "CommaDelimitedList", "Default": ""}}
DELIVERIES = {"Type": "AWS::Kendra::Index", "Properties": {"Name": "a", "Edition": "DEVELOPER_EDITION", "RoleArn": "arn:aws:iam::1:role/a"}}


def parameter(value: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def branch_taken(aws: EmbeddedAws) -> str:
    chosen = parameter({"Fn::If": ["IsGiven", "given", "left out"]})
    resources = {"Chosen": chosen}
    output = {"Value": raw.attribute("Chosen", "Value")}
    return raw.deploy(aws, "conditional", resources, output, Conditions=CONDITIONS, Parameters=PARAMETERS)["Value"]


@pytest.mark.long
def test_ministack_takes_functions_in_conditions_literally(plain_aws: EmbeddedAws) -> None:
    assert branch_taken(plain_aws) == "given"


def test_conditions_understand_functions(adapted_aws: EmbeddedAws) -> None:
    assert branch_taken(adapted_aws) == "left out"


@pytest.mark.long
def test_ministack_refuses_types_that_it_does_not_know(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Kendra::Index\]"):
        raw.deploy(plain_aws, "unknown-type", {"Index": DELIVERIES}, {})


def test_types_of_the_registry_are_stored(adapted_aws: EmbeddedAws) -> None:
    outputs = raw.deploy(adapted_aws, "stored", {"Index": DELIVERIES}, {"Ref": raw.ref("Index"), "Arn": raw.attribute("Index")})
    assert outputs["Arn"].startswith("arn:aws:kendra:us-east-1:123456789012:index/")
    assert row(adapted_aws, "stored", "Index") == ("stored only", "exists", outputs["Ref"])
    assert raw.destroy(adapted_aws, "stored") == "DELETE_COMPLETE"
    assert row(adapted_aws, "stored", "Index")[1] == "deleted"


def change(aws: EmbeddedAws, stack: str, **properties: str) -> tuple[str, str]:
    """Updates a stack, and returns its status and what ``Ref`` gives for its index."""
    cloudformation = aws.client("cloudformation")
    changed = {**DELIVERIES, "Properties": {**DELIVERIES["Properties"], **properties}}
    body = json.dumps({"Resources": {"Index": changed}, "Outputs": {"Ref": {"Value": raw.ref("Index")}}})
    cloudformation.update_stack(StackName=stack, TemplateBody=body)
    ended = raw.settle(cloudformation, stack)
    return ended["StackStatus"], ended["Outputs"][0]["OutputValue"]


def test_stored_resources_are_changed_in_place_or_replaced(adapted_aws: EmbeddedAws) -> None:
    first = raw.deploy(adapted_aws, "changed", {"Index": DELIVERIES}, {"Ref": raw.ref("Index")})["Ref"]
    assert change(adapted_aws, "changed", Description="another") == ("UPDATE_COMPLETE", first)
    status, second = change(adapted_aws, "changed", Edition="ENTERPRISE_EDITION")
    assert (status, second != first) == ("UPDATE_COMPLETE", True)
    assert raw.destroy(adapted_aws, "changed") == "DELETE_COMPLETE"


def row(aws: EmbeddedAws, stack: str, logical_id: str) -> tuple[str, str, str]:
    (found,) = [found for found in aws.report()["resources"] if (found["stack"], found["logical_id"]) == (stack, logical_id)]
    return found["provenance"], found["state"], found["physical_id"]


def test_types_that_nobody_knows_are_still_refused(adapted_aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Kendra::Indx\]"):
        raw.deploy(adapted_aws, "mistyped", {"Index": {"Type": "AWS::Kendra::Indx"}}, {})


WRONG = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeuot": 30}}


@pytest.mark.long
def test_ministack_takes_properties_that_do_not_exist(plain_aws: EmbeddedAws) -> None:
    assert raw.deploy(plain_aws, "misspelt", {"Queue": WRONG}, {}) == {}


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        (WRONG, r"extraneous key \[VisibilityTimeuot\] is not permitted"),
        ({"Type": "AWS::CloudTrail::Trail", "Properties": {"S3BucketName": "a-bucket"}}, r"required key \[IsLogging\] not found"),
        (
            {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "On"}}},
            "#/VersioningConfiguration/Status: On is not a valid enum value",
        ),
    ],
)
def test_what_the_registry_refuses_is_refused(adapted_aws: EmbeddedAws, resource: Any, problem: str) -> None:
    stack = f"refused-{resource['Type'].rpartition(':')[2]}"
    with pytest.raises(raw.DeploymentError, match=problem):
        raw.deploy(adapted_aws, stack, {"Resource": resource}, {})


VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}


@pytest.mark.long
def test_ministack_leaves_attributes_out(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(raw.DeploymentError):
        raw.deploy(plain_aws, "network", {"Vpc": VPC}, {"Cidr": raw.attribute("Vpc", "CidrBlock")})


def test_attributes_are_completed_from_the_properties(adapted_aws: EmbeddedAws) -> None:
    assert raw.deploy(adapted_aws, "network", {"Vpc": VPC}, {"Cidr": raw.attribute("Vpc", "CidrBlock")}) == {"Cidr": "10.0.0.0/16"}
    assert row(adapted_aws, "network", "Vpc")[0] == "stored only"


METRIC = {"Id": "sum", "MetricStat": {"Metric": {"MetricName": "a", "Namespace": "b"}, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "Metrics": [METRIC, {"Id": "double", "Expression": "2 * sum"}],
    },
}


@pytest.mark.long
def test_ministack_refuses_alarms_on_expressions(plain_aws: EmbeddedAws) -> None:
    with pytest.raises(raw.DeploymentError, match="metric math"):
        raw.deploy(plain_aws, "alarmed", {"Alarm": ALARM}, {})


def test_alarms_on_expressions_are_kept(adapted_aws: EmbeddedAws) -> None:
    arn = raw.deploy(adapted_aws, "alarmed", {"Alarm": ALARM}, {"Arn": raw.attribute("Alarm")})["Arn"]
    assert ":cloudwatch:us-east-1:123456789012:alarm" in arn
    assert row(adapted_aws, "alarmed", "Alarm")[0] == "stored only"
    assert raw.destroy(adapted_aws, "alarmed") == "DELETE_COMPLETE"


def test_the_ledger_tells_what_failed_and_why(adapted_aws: EmbeddedAws) -> None:
    with pytest.raises(raw.DeploymentError):
        raw.deploy(adapted_aws, "failing", {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 99999}}}, {})
    (found,) = [found for found in adapted_aws.report()["resources"] if found["stack"] == "failing"]
    assert found["state"] == "creation failed"
    assert "DelaySeconds" in found["reason"]


def test_the_ledger_tells_what_is_kept(adapted_aws: EmbeddedAws) -> None:
    raw.deploy(adapted_aws, "keeping", {"Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}}, {})
    raw.destroy(adapted_aws, "keeping")
    assert row(adapted_aws, "keeping", "Bucket")[:2] == ("real", "retained")
