import pytest

from tests.constructs.bedrock.sync_scene import SyncScene, plain


@pytest.fixture
def scene() -> SyncScene:
    return plain()


def test_bad_ends_of_runs_free_the_knowledge_base(scene: SyncScene) -> None:
    rule = scene.properties(scene.sync.closer.rule)
    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": [scene.resolve(scene.sync.workflow.arn)],
        "status": ["ABORTED", "FAILED", "TIMED_OUT"],
    }
    assert rule["Targets"][0]["Arn"] == scene.resolve(scene.sync.closer.function.function_arn)


def test_the_function_writes_the_item_and_asks_again(scene: SyncScene) -> None:
    table = scene.resolve(scene.sync.table.table_arn)
    assert scene.allowed(scene.sync.closer.function.execution_role) == {
        "dynamodb:GetItem": table,
        "dynamodb:UpdateItem": table,
        "sqs:SendMessage": scene.arns(scene.sync.changes, scene.sync.closer.dead_letters),
    }
    assert scene.environment(scene.sync.closer.function) == {
        "CHANGES_QUEUE_URL": {"Ref": scene.logical_id(scene.sync.changes)},
        "SYNC_TABLE": {"Ref": scene.logical_id(scene.sync.table)},
    }


def test_ends_that_cannot_be_handled_are_kept_and_raise_an_alarm(scene: SyncScene) -> None:
    destination = {"OnFailure": {"Destination": scene.resolve(scene.sync.closer.dead_letters.queue_arn)}}
    scene.template.has_resource_properties("AWS::Lambda::EventInvokeConfig", {"DestinationConfig": destination})
    assert scene.alarm("LostSyncEnds")["Threshold"] == 1
