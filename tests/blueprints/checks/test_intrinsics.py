from collections.abc import Mapping
from typing import Any

import pytest

from blueprints.checks.intrinsics import resolve

SECTIONS: dict[str, dict[str, Any]] = {
    "Mappings": {"Sizes": {"us-east-1": {"small": "s1"}}},
    "Conditions": {
        "Live": {"Fn::Equals": [{"Ref": "Stage"}, "Stage"]},
        "Both": {"Fn::And": [{"Condition": "Live"}, {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}]},
        "Neither": {"Fn::Or": [{"Fn::Not": [{"Condition": "Live"}]}, {"Fn::Equals": ["a", "b"]}]},
    },
}


class Template:
    """References stand for themselves."""

    region = "us-east-1"

    def section(self, name: str) -> Mapping[str, Any]:
        return SECTIONS[name]

    def reference(self, name: str) -> Any:
        return name

    def attribute(self, logical_id: str, name: str) -> Any:
        return f"{logical_id}:{name}"

    def exported(self, name: str) -> Any:
        return f"exported {name}"


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Ref": "Stage"}, "Stage"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "Queue:Arn"),
        ({"Fn::GetAtt": "Queue.Nested.Arn"}, "Queue:Nested.Arn"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}, 1]]}, "a-Stage-1"),
        ({"Fn::Sub": "${Queue} ${Queue.Arn} ${!kept}"}, "Queue Queue:Arn ${kept}"),
        ({"Fn::Sub": ["${x} ${y}", {"x": {"Ref": "Stage"}}]}, "Stage y"),
        ({"Fn::Select": ["1", {"Fn::Split": [":", "a:b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", "us-east-1", "small"]}, "s1"),
        ({"Fn::If": ["Both", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Neither", "yes", "no"]}, "no"),
        ({"Fn::ImportValue": {"Ref": "Name"}}, "exported Name"),
        ({"Fn::Base64": {"Ref": "Stage"}}, "Stage"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
        ({"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}]}, "10.0.1.0/24"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Ref": "a", "other": 1}, {"Ref": "a", "other": 1}),
    ],
    ids=str,
)
def test_intrinsic_functions_are_resolved(value: Any, resolved: Any) -> None:
    assert resolve(Template(), value) == resolved
