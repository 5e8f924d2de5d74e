import json
from typing import Any

import pytest

from blueprints.docs import asl
from blueprints.docs.template import Template


def test_a_definition_is_read_with_its_references(template: Template) -> None:
    found = asl.definition(template, template.resources["Machine"])
    assert [resource.id for resource in found.calls] == ["Read"]


def test_substitutions_are_resolved(body: dict[str, Any]) -> None:
    state = {"Type": "Task", "Resource": "${Invoke}", "Arguments": {"FunctionName": "${Reader}"}, "End": True}
    integration = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":states:::lambda:invoke"]]}
    body["Resources"]["Machine"]["Properties"] = {
        "DefinitionString": json.dumps({"StartAt": "A", "States": {"A": state}}),
        "DefinitionSubstitutions": {"Reader": {"Fn::GetAtt": ["Read", "Arn"]}, "Invoke": integration},
    }
    template = Template(body)
    found = asl.definition(template, template.resources["Machine"])
    assert [resource.id for resource in found.called_by(state)] == ["Read"]
    assert found.text("${Invoke}") == "arn:aws:states:::lambda:invoke"


def test_a_definition_without_references_is_plain_text(template: Template, body: dict[str, Any]) -> None:
    body["Resources"]["Machine"]["Properties"] = {"DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'}
    plain = Template(body)
    assert asl.definition(plain, plain.resources["Machine"]).body["StartAt"] == "A"


def test_states_come_in_the_order_of_the_definition(template: Template) -> None:
    found = asl.definition(template, template.resources["Machine"])
    assert [state["Name"] for state in asl.walk(found.body)] == ["Read", "Each", "Wait", "Big", "Done", "Failed"]


def test_branches_of_a_parallel_state_are_machines_of_their_own() -> None:
    assert asl.inner_machines({"Type": "Parallel", "Branches": [{"StartAt": "A"}, {"StartAt": "B"}]}) == [
        {"StartAt": "A"},
        {"StartAt": "B"},
    ]


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ({"Variable": "$.a.b", "StringEquals": "x"}, "b = x"),
        ({"Variable": "$.n", "NumericGreaterThanEquals": 2}, "n ≥ 2"),
        ({"Variable": "$.n", "NumericLessThan": 2}, "n < 2"),
        ({"Variable": "$.n", "StringEqualsPath": "$.m"}, "n = $.m"),
        ({"Variable": "$.f", "BooleanEquals": True}, "f = true"),
        ({"Variable": "$.f", "IsPresent": False}, "f is missing"),
        ({"Not": {"Variable": "$.f", "IsPresent": True}}, "not f is there"),
        ({"And": [{"Variable": "$.a", "StringEquals": "x"}, {"Variable": "$.b", "StringEquals": "y"}]}, "a = x and b = y"),
        ({"Condition": "{% $inspection.verdict = 'refused' %}"}, "verdict = refused"),
        ({"Condition": "{% $states.input.n > 1 %}"}, "n > 1"),
    ],
)
def test_a_choice_is_said_in_a_few_words(choice: dict[str, Any], text: str) -> None:
    assert asl.condition(choice) == text
