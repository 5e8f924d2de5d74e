from typing import Any

from blueprints.docs.states import statechart
from blueprints.docs.template import Template


def chart(template: Template) -> str:
    return statechart(template, template.resources["Machine"])


def test_a_task_names_the_function_that_it_calls(template: Template) -> None:
    assert 'state_Read["Read<br/><i>read_page</i>"]' in chart(template)


def test_a_choice_has_its_conditions_on_its_ways(template: Template) -> None:
    text = chart(template)
    assert 'state_Big -->|"pages > 3"| state_Failed' in text
    assert 'state_Big -->|"otherwise"| state_Done' in text


def test_a_map_shows_what_runs_for_each_item(template: Template) -> None:
    text = chart(template)
    assert 'subgraph state_Each_0["Each: each item"]' in text
    assert "state_Each -.- state_Each_0" in text


def test_an_error_is_dashed(template: Template) -> None:
    assert 'state_Read -.->|"error"| state_Failed' in chart(template)


def test_errors_that_many_states_share_are_drawn_once(body: dict[str, Any]) -> None:
    states = {name: {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True} for name in "ABC"}
    for state in states.values():
        state["Catch"] = [{"Next": "Failed"}]
    definition = {"StartAt": "A", "States": states | {"Failed": {"Type": "Fail"}}}
    body["Resources"]["Machine"]["Properties"]["DefinitionString"] = definition
    text = chart(Template(body))
    assert 'any_state_Failed(["any of 3 states fails"]) -.-> state_Failed' in text
    assert "|error|" not in text
    assert "<i>sqs:sendMessage</i>" in text
