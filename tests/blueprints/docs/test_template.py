from typing import Any

import pytest

from blueprints.docs.template import Template


def test_a_resource_is_named_by_its_construct_path(template: Template) -> None:
    assert template.resources["Queue"].name == "Intake/Queue"
    assert template.resources["Queue"].group == "Intake"


def test_without_path_metadata_the_logical_id_loses_its_hash() -> None:
    template = Template({"Resources": {"IntakeQueue6FB53B87": {"Type": "AWS::SQS::Queue"}}})
    assert template.resources["IntakeQueue6FB53B87"].name == "IntakeQueue"


@pytest.mark.parametrize(
    ("path", "name"), [("Rail/Version417e2da008", "Rail/Version"), ("Store/Index", "Store/Index"), ("Store/Facade", "Store/Facade")]
)
def test_a_lasting_name_has_no_hash_of_a_content(path: str, name: str) -> None:
    body = {"Type": "AWS::Bedrock::GuardrailVersion", "Metadata": {"aws:cdk:path": f"stack/{path}"}}
    template = Template({"Resources": {"Version": body}})
    assert template.resources["Version"].lasting_name == name
    assert template.text({"Fn::GetAtt": ["Version", "Version"]}) == name


def test_helpers_of_the_cdk_are_told_apart(template: Template) -> None:
    assert [name for name, resource in template.resources.items() if resource.is_framework] == ["CustomHandler"]


def test_resources_are_found_by_type(template: Template) -> None:
    assert [resource.id for resource in template.of_type("AWS::SQS::Queue", "AWS::SNS::Topic")] == ["Lost", "Queue", "Notices"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"Ref": "Queue"}, ["Queue"]),
        ({"Fn::GetAtt": "Queue.Arn"}, ["Queue"]),
        ([{"Fn::Join": ["", ["x", {"Fn::GetAtt": ["Lost", "Arn"]}, {"Ref": "Queue"}]]}, {"Ref": "Queue"}], ["Lost", "Queue"]),
        ({"Fn::Sub": "${Queue.Arn}/${AWS::Region}"}, ["Queue"]),
        ({"Fn::Sub": ["${Other}", {"Other": {"Ref": "Lost"}}]}, ["Lost"]),
        ({"Ref": "AWS::Region"}, []),
    ],
)
def test_references_are_found_in_every_intrinsic_function(template: Template, value: Any, names: list[str]) -> None:
    assert template.references(value) == names


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Fn::Join": ["", [{"Fn::GetAtt": ["Inbox", "Arn"]}, "/*"]]}, "Storage/Inbox/*"),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::${Inbox}"}, "arn:aws:s3:::Storage/Inbox"),
        ({"Fn::GetAtt": "Inbox.Arn"}, "Storage/Inbox"),
        ({"Fn::Select": [0, []]}, '{"Fn::Select": [0, []]}'),
        (3, "3"),
    ],
)
def test_values_are_written_as_people_read_them(template: Template, value: Any, text: str) -> None:
    assert template.text(value) == text


def test_outputs_are_those_of_the_template(template: Template) -> None:
    assert list(template.outputs) == ["InboxName"]


def test_an_endpoint_is_known_by_the_name_that_it_gets_at_deployment() -> None:
    name = {"Fn::Join": ["", ["scores-", {"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "AWS::StackId"}]}]}]]}
    body = {
        "Type": "AWS::SageMaker::Endpoint",
        "Properties": {"EndpointName": name},
        "Metadata": {"aws:cdk:path": "stack/Endpoint/Endpoint"},
    }
    template = Template({"Resources": {"Endpoint123": body, "Other": {"Type": "AWS::SQS::Queue"}}})
    arn = {"Fn::Join": ["", ["arn:aws:sagemaker:", {"Ref": "AWS::Region"}, ":1:endpoint/scores-", name["Fn::Join"][1][1]]]}
    assert template.references([arn]) == ["Endpoint123"]
    assert template.references(["arn:aws:sagemaker:eu-west-1:1:endpoint/others-1"]) == []
    assert (template.text(name), template.text(arn)) == ("Endpoint", "arn:aws:sagemaker:REGION:1:endpoint/Endpoint")


def test_what_differs_by_region_goes_by_the_name_of_its_table() -> None:
    account = {"Fn::FindInMap": ["ImageAccounts", {"Ref": "AWS::Region"}, "Xgboost"]}
    assert Template({}).text({"Fn::Join": ["", ["arn:aws:ecr:", account, ":repository/x"]]}) == "arn:aws:ecr:ImageAccounts:repository/x"
