from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.ai_services.analysis_workflow import AnalysisWorkflow
from tests.constructs.ai_services.conftest import Scene
from tests.stacks import asl


@pytest.fixture(scope="module")
def machine(scene: Scene) -> asl.Machine:
    logical_id = scene.logical_id(scene.workflow.machine)
    return next(machine for machine in asl.machines(scene.template.to_json()) if machine.logical_id == logical_id)


def test_names_in_the_definition_stand_for_what_is_deployed(scene: Scene, machine: asl.Machine) -> None:
    assert asl.unfilled(machine) == set()
    function = scene.steps.functions["InspectDocument"]
    assert machine.substitutions["InspectDocument"] == scene.stack.resolve(function.function_arn)
    assert machine.substitutions["JobsTable"] == {"Ref": scene.logical_id(scene.store.jobs)}


def test_integrations_are_called_with_parameters_that_they_know(machine: asl.Machine) -> None:
    assert asl.wrong_parameters(machine) == []


def test_as_many_documents_as_asked_for_are_analysed_at_once(machine: asl.Machine) -> None:
    values = machine.definition["States"]["AcquireSlot"]["Arguments"]["ExpressionAttributeValues"]
    assert values[":slots"] == {"N": "7"}


def test_the_role_invokes_the_functions_of_its_states_and_no_others(scene: Scene) -> None:
    (invoke,) = (statement for statement in scene.statements(scene.workflow.role) if statement["Action"] == "lambda:InvokeFunction")
    functions = {**scene.steps.functions, **scene.jobs.functions, **scene.review.functions}
    called = [function for name, function in functions.items() if name not in ("CompleteTextractJob", "DecideReview")]
    arns = [scene.stack.resolve(function.function_arn) for function in called]
    assert sorted(map(str, invoke["Resource"])) == sorted(map(str, arns))


def test_the_role_writes_the_item_of_slots_and_no_other(scene: Scene) -> None:
    (update,) = (statement for statement in scene.statements(scene.workflow.role) if statement["Action"] == "dynamodb:UpdateItem")
    assert update["Resource"] == scene.stack.resolve(scene.store.jobs.table_arn)
    assert update["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["slots"]}}


def test_alarms_tell_of_bad_ends_and_of_an_hour_without_a_free_slot(scene: Scene) -> None:
    metrics = [
        metric["MetricStat"]["Metric"]["MetricName"] for metric in scene.alarm("FailedExecutions")["Metrics"] if "MetricStat" in metric
    ]
    assert sorted(metrics) == ["ExecutionsAborted", "ExecutionsFailed", "ExecutionsTimedOut"]
    waiting = scene.alarm("NoFreeSlot")
    assert (waiting["MetricName"], waiting["Period"] * waiting["EvaluationPeriods"]) == ("ConditionalCheckFailedRequests", 3600)


def test_a_dashboard_shows_executions_and_waiting(scene: Scene) -> None:
    assert list(scene.workflow.graphs) == ["Executions", "Duration of executions", "Waiting for a slot"]


def test_a_workflow_without_a_slot_is_refused(plain: Scene) -> None:
    options: dict[str, Any] = {"options": plain.options, "store": plain.store, "defaults": plain.defaults, "functions": {}}
    with pytest.raises(ValueError, match="max_concurrency must be at least 1, got 0"):
        AnalysisWorkflow(plain.stack, "Other", max_concurrency=0, timeout=cdk.Duration.hours(1), **options)
