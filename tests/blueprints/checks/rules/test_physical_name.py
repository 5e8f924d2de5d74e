import pytest

from blueprints.checks.rules.physical_name import check

OWN = {"Fn::Join": ["-", ["churn", {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}]]}
NAMES = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::IAM::Role": "RoleName",
}


@pytest.mark.parametrize(("kind", "name"), NAMES.items())
def test_finds_a_name_that_cloudformation_would_choose(kind: str, name: str) -> None:
    found = list(check({"Resources": {"Thing": {"Type": kind, "Properties": {name: "fixed"}}}}))
    assert [finding.message for finding in found] == [f"has a fixed {name}: leave it out"]


def test_finds_a_name_with_the_stacks_id_where_something_else_replaces_the_resource() -> None:
    config = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"EndpointConfigName": OWN}}
    assert len(list(check({"Resources": {"Thing": config}}))) == 1


@pytest.mark.parametrize("kind", NAMES)
def test_accepts_resources_without_a_name(kind: str) -> None:
    assert list(check({"Resources": {"Thing": {"Type": kind, "Properties": {}}}})) == []


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::KMS::Alias", {"AliasName": "alias/x"}),
        ("AWS::Logs::LogGroup", {"LogGroupName": {"Fn::Join": ["-", ["aws-waf-logs", {"Ref": "AWS::StackName"}]]}}),
        ("AWS::SSM::Parameter", {"Name": "/x"}),
        ("AWS::ApiGateway::Stage", {"RestApiId": "x", "StageName": "v1"}),
        ("Custom::Thing", {"Name": "x"}),
        ("AWS::SageMaker::Endpoint", {"EndpointName": OWN}),
    ],
    ids=["demanded by AWS", "begins as demanded", "found by its name", "unique in its parent", "not AWS's", "never replaced, unique"],
)
def test_accepts_names_that_are_needed(kind: str, properties: dict[str, object]) -> None:
    assert list(check({"Resources": {"Thing": {"Type": kind, "Properties": properties}}})) == []
