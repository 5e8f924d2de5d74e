import pytest

from blueprints.checks.rules.physical_name import check

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
    ],
    ids=["demanded by AWS", "begins as demanded", "found by its name", "unique in its parent", "not AWS's"],
)
def test_accepts_names_that_are_needed(kind: str, properties: dict[str, str]) -> None:
    assert list(check({"Resources": {"Thing": {"Type": kind, "Properties": properties}}})) == []
