from typing import Any

import pytest

from blueprints.checks.deployed import ACCOUNT, REGION, Account, listed

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String", "Default": "live"}, "Size": {"Type": "Number"}},
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Group": {"Type": "AWS::Logs::LogGroup"},
        "Trail": {"Type": "AWS::CloudTrail::Trail"},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": {"Fn::Join": ["-", ["one", "scores"]]}}},
        "Model": {"Type": "AWS::SageMaker::Model"},
    },
    "Outputs": {"Shared": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "bucket"}}},
}
VALUES: list[tuple[Any, Any]] = [
    ({"Ref": "AWS::Region"}, REGION),
    ({"Ref": "AWS::StackName"}, "one"),
    ({"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}, "one"),
    ({"Ref": "Stage"}, "live"),
    ({"Ref": "Size"}, "parameter-Size"),
    ({"Ref": "Bucket"}, "one-Bucket"),
    ({"Ref": "Queue"}, f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/one-Queue"),
    ({"Ref": "Topic"}, f"arn:aws:sns:{REGION}:{ACCOUNT}:one-Topic"),
    ({"Fn::GetAtt": ["Bucket", "Arn"]}, "arn:aws:s3:::one-Bucket"),
    ({"Fn::GetAtt": "Queue.QueueName"}, "one-Queue"),
    ({"Fn::GetAtt": ["Group", "Arn"]}, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:one-Group:*"),
    ({"Fn::GetAtt": ["Trail", "Arn"]}, f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/one-Trail"),
    ({"Ref": "Endpoint"}, f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/one-scores"),
    ({"Fn::GetAtt": ["Endpoint", "EndpointName"]}, "one-scores"),
    ({"Fn::GetAtt": ["Model", "ModelName"]}, "one-Model"),
    ({"Fn::GetAtt": ["Bucket", "DomainName"]}, "one-Bucket.DomainName"),
    ({"Fn::Sub": "${Bucket}/${Queue.Arn}/${!kept}"}, f"one-Bucket/arn:aws:sqs:{REGION}:{ACCOUNT}:one-Queue/${{kept}}"),
]


@pytest.mark.parametrize(("value", "resolved"), VALUES, ids=[str(value)[:40] for value, _ in VALUES])
def test_references_have_the_form_that_aws_gives_them(value: Any, resolved: Any) -> None:
    assert Account({"one": TEMPLATE}).resolve("one", value) == resolved


def test_imports_come_from_the_exports_of_other_templates() -> None:
    account = Account({"one": TEMPLATE, "two": {"Resources": {}}})
    assert account.resolve("two", {"Fn::ImportValue": "bucket"}) == "one-Bucket"


@pytest.mark.parametrize("value", [{"Ref": "Nothing"}, {"Fn::GetAtt": ["Nothing", "Arn"]}, {"Fn::ImportValue": "nothing"}])
def test_what_nobody_defines_is_an_error_that_names_it(value: Any) -> None:
    with pytest.raises(ValueError, match=r"'[Nn]othing'"):
        Account({"one": TEMPLATE}).resolve("one", value)


def test_resources_are_found_by_name_arn_and_reference() -> None:
    account = Account({"one": TEMPLATE})
    (queue,) = account.of_type("AWS::SQS::Queue")
    assert {account.find(queue.name), account.find(queue.arn), account.find(queue.ref)} == {queue}
    assert account.find("arn:aws:s3:::somebody-else") is None
    assert account.find(None) is None


def test_a_single_value_counts_as_a_list_of_one() -> None:
    assert [listed(None), listed("a"), listed(["a", "b"])] == [[], ["a"], ["a", "b"]]


def test_parameters_of_systems_manager_have_the_value_that_another_template_stores() -> None:
    stored = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/network/subnets", "Value": {"Fn::Join": [",", ["a", "b"]]}}}
    kind = "AWS::SSM::Parameter::Value<String>"
    parameters = {"Subnets": {"Type": kind, "Default": "/network/subnets"}, "Layer": {"Type": kind, "Default": "/aws/layer"}}
    account = Account({"one": {"Resources": {"Stored": stored}}, "two": {"Parameters": parameters, "Resources": {}}})
    assert account.resolve("two", {"Fn::Select": [1, {"Fn::Split": [",", {"Ref": "Subnets"}]}]}) == "b"
    assert account.resolve("two", {"Ref": "Layer"}) == "/aws/layer"


def test_everything_stands_in_the_region_of_the_account() -> None:
    account = Account({"one": TEMPLATE}, region="eu-west-1")
    assert account.resolve("one", {"Fn::Sub": "${AWS::Region} ${Queue.Arn}"}) == f"eu-west-1 arn:aws:sqs:eu-west-1:{ACCOUNT}:one-Queue"
