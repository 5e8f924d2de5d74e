import pytest

from blueprints.checks.rules import Finding
from blueprints.checks.rules.dangling_reference import ISSUE, check

MISSING = Finding(ISSUE, "Index", "refers to Collection, which the template does not define")


@pytest.mark.parametrize(
    "reference",
    [
        {"Properties": {"Name": {"Ref": "Collection"}}},
        {"Properties": {"Name": {"Fn::GetAtt": ["Collection", "Id"]}}},
        {"Properties": {"Name": {"Fn::Sub": "${Collection.Id}/${AWS::Region}"}}},
        {"DependsOn": "Collection"},
        {"DependsOn": ["Policy", "Collection"]},
    ],
    ids=["Ref", "GetAtt", "Sub", "DependsOn", "DependsOn list"],
)
def test_finds_every_kind_of_reference_to_what_is_missing(reference: dict[str, object]) -> None:
    template = {"Resources": {"Policy": {"Type": "A::B::C"}, "Index": {"Type": "A::B::C", **reference}}}
    assert list(check(template)) == [MISSING]


def test_accepts_resources_parameters_and_pseudo_parameters() -> None:
    properties = {"A": {"Ref": "Policy"}, "B": {"Ref": "Stage"}, "C": {"Ref": "AWS::Region"}, "D": {"Fn::Sub": ["${x}${!y}", {"x": "1"}]}}
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {"Policy": {"Type": "A::B::C"}, "Index": {"Type": "A::B::C", "Properties": properties}},
    }
    assert list(check(template)) == []
