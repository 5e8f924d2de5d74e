import pytest

from blueprints.checks.rules.hard_coded_partition import check


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:states:::lambda:invoke",
        {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Bucket"}]]},
        {"Nested": [{"Text": '{"a":"arn:aws-cn:sns:x"}'}]},
    ],
)
def test_finds_a_partition_wherever_it_stands(value: object) -> None:
    found = list(check({"Resources": {"Machine": {"Type": "A::B::C", "Properties": {"Definition": value}}}}))
    assert [finding.logical_id for finding in found] == ["Machine"]


@pytest.mark.parametrize(
    "value", [{"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::"]]}, "arn:${Partition}:states:::lambda:invoke"]
)
def test_accepts_the_partition_of_the_deployment(value: object) -> None:
    assert list(check({"Resources": {"Machine": {"Type": "A::B::C", "Properties": {"Definition": value}}}})) == []
