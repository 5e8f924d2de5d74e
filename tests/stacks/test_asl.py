import copy
from typing import Any

import pytest

from tests.stacks import asl

CAREFUL = {
    "Type": "Task",
    "Resource": "${LambdaInvoke}",
    "Arguments": {"FunctionName": "${Score}", "Payload": {}},
    "TimeoutSeconds": 5,
    "Retry": [{"ErrorEquals": ["Busy"], "BackoffRate": 2, "JitterStrategy": "FULL", "MaxDelaySeconds": 9}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
    "Assign": {"score": "{% $states.result %}"},
    "Next": "Choose",
}
SOUND = {
    "StartAt": "Score",
    "States": {
        "Score": CAREFUL,
        "Choose": {"Type": "Choice", "Choices": [{"Condition": "{% $score > 1 %}", "Next": "Each"}], "Default": "Done"},
        "Each": {
            "Type": "Map",
            "Items": "{% $score %}",
            "ItemProcessor": {"StartAt": "One", "States": {"One": {**CAREFUL, "Catch": [], "Next": "End"}, "End": {"Type": "Succeed"}}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail"},
    },
}
INVOKE = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":states:::lambda:invoke"]]}


def changed(**states: Any) -> dict[str, Any]:
    found = copy.deepcopy(SOUND)
    for name, change in states.items():
        found["States"][name] = {key: value for key, value in {**found["States"].get(name, {}), **change}.items() if value is not None}
    return found


def machine(definition: asl.Definition = SOUND, **substitutions: Any) -> asl.Machine:
    return asl.Machine("Machine", definition, {"LambdaInvoke": INVOKE, "Score": "arn", **substitutions})


def test_a_sound_definition_passes() -> None:
    assert asl.unreachable(SOUND) == set()
    assert asl.careless_tasks(SOUND) == {}
    assert asl.choices_without_default(SOUND) == []
    assert asl.unassigned(SOUND) == set()
    assert asl.broken_expressions(SOUND) == []
    assert asl.unfilled(machine()) == set()
    assert asl.wrong_parameters(machine()) == []


def test_machines_are_found_in_a_template() -> None:
    properties = {"DefinitionString": '{"StartAt": "A", "States": {}}', "DefinitionSubstitutions": {"Score": "arn"}}
    resources = {"Flow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}, "Queue": {"Type": "AWS::SQS::Queue"}}
    assert list(asl.machines({"Resources": resources})) == [asl.Machine("Flow", {"StartAt": "A", "States": {}}, {"Score": "arn"})]


def test_inner_states_are_found_too() -> None:
    assert set(asl.states(SOUND)) == {"Score", "Choose", "Each", "One", "End", "Done", "Failed"}


def test_a_name_is_used_once() -> None:
    with pytest.raises(AssertionError, match="share a name"):
        asl.states(changed(One={"Type": "Succeed"}))


def test_a_state_that_nothing_leads_to_is_found() -> None:
    assert asl.unreachable(changed(Lost={"Type": "Succeed"})) == {"Lost"}


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"TimeoutSeconds": None}, "TimeoutSeconds"),
        ({"Retry": None}, "Retry"),
        ({"Retry": [{**CAREFUL["Retry"][0], "ErrorEquals": ["States.ALL"]}]}, "named errors"),  # type: ignore[dict-item]
        ({"Retry": [{**CAREFUL["Retry"][0], "JitterStrategy": "NONE"}]}, "backoff with jitter"),  # type: ignore[dict-item]
        ({"Catch": None}, "Catch"),
        ({"Catch": [{"ErrorEquals": ["Busy"], "Next": "Failed"}]}, "Catch"),
    ],
)
def test_a_careless_task_is_found(change: dict[str, Any], lack: str) -> None:
    assert asl.careless_tasks(changed(Score=change)) == {"Score": [lack]}


def test_a_task_in_a_map_that_catches_nothing_has_to_catch_itself() -> None:
    assert asl.careless_tasks(changed(Each={"Catch": None})) == {"One": ["Catch"]}


def test_a_choice_that_may_match_nothing_is_found() -> None:
    assert asl.choices_without_default(changed(Choose={"Default": None})) == ["Choose"]


def test_a_variable_that_one_way_does_not_assign_is_found() -> None:
    assert asl.unassigned(changed(Failed={"Cause": "{% $score %}"})) == {("Failed", "score")}
    assert asl.unassigned(changed(Score={"Assign": None})) == {("Choose", "score"), ("Each", "score")}


def test_an_expression_that_does_not_parse_is_found() -> None:
    assert asl.broken_expressions(changed(Done={"Output": "{% $score > %}"})) == ["$score >"]


def test_placeholders_and_substitutions_have_to_match() -> None:
    assert asl.unfilled(machine(Other="arn")) == {"Other"}
    assert asl.unfilled(asl.Machine("Machine", SOUND, {"LambdaInvoke": INVOKE})) == {"Score"}


def test_a_parameter_that_an_api_does_not_know_or_lacks_is_found() -> None:
    arguments = {"Payload": {}, "Colour": "red"}
    found = asl.wrong_parameters(machine(changed(Score={"Arguments": arguments})))
    assert found == ["Score: invoke has no Colour", "Score: invoke needs FunctionName"]
