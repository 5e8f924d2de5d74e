import json

import pytest

from tests.constructs.bedrock.sync_scene import Base, SyncScene, plain, with_tenants
from tests.stacks import asl


@pytest.fixture
def scene() -> SyncScene:
    return with_tenants()


def test_the_machine_is_sound(scene: SyncScene) -> None:
    (machine,) = asl.machines({"Resources": scene.resources})
    assert asl.unreachable(machine.definition) == set()
    assert asl.careless_tasks(machine.definition) == {}
    assert asl.choices_without_default(machine.definition) == []
    assert asl.unassigned(machine.definition) == set()
    assert asl.broken_expressions(machine.definition) == []
    assert asl.unfilled(machine) == set()
    assert asl.wrong_parameters(machine) == []


def test_times_are_those_of_the_options(scene: SyncScene) -> None:
    definition = json.loads(scene.properties(scene.sync.workflow.machine)["DefinitionString"])
    assert definition["TimeoutSeconds"] == 3 * 3600
    assert asl.states(definition)["StartIngestion"]["Assign"]["pause"] == 20


def test_names_stand_for_what_is_known_at_deployment(scene: SyncScene) -> None:
    substitutions = scene.properties(scene.sync.workflow.machine)["DefinitionSubstitutions"]
    assert {name: substitutions[name] for name in ("KnowledgeBase", "Source1", "Source2")} == {
        "KnowledgeBase": "KNOWLEDGE1",
        "Source1": "DOCUMENTS1",
        "Source2": "WEBSITE123",
    }
    assert substitutions["ChangesQueue"] == {"Ref": scene.logical_id(scene.sync.changes)}


def test_the_role_may_do_what_the_states_do_and_no_more(scene: SyncScene) -> None:
    assert scene.allowed(scene.sync.workflow.role) == {
        "bedrock:GetIngestionJob": Base.knowledge_base_arn,
        "bedrock:StartIngestionJob": Base.knowledge_base_arn,
        "dynamodb:UpdateItem": scene.resolve(scene.sync.table.table_arn),
        "lambda:InvokeFunction": scene.resolve(scene.sync.functions["ReportIngestion"].function_arn),
        "sqs:SendMessage": scene.resolve(scene.sync.changes.queue_arn),
    }


def test_the_role_writes_the_one_item_that_says_who_runs(scene: SyncScene) -> None:
    (update,) = (statement for statement in scene.statements(scene.sync.workflow.role) if statement["Action"] == "dynamodb:UpdateItem")
    assert update["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["sync"]}}


def test_a_run_that_ends_badly_raises_an_alarm() -> None:
    alarm = plain().alarm("FailedSyncs")
    assert alarm["Threshold"] == 1
    assert {metric["MetricStat"]["Metric"]["MetricName"] for metric in alarm["Metrics"] if "MetricStat" in metric} == {
        *("ExecutionsFailed", "ExecutionsAborted", "ExecutionsTimedOut")
    }
