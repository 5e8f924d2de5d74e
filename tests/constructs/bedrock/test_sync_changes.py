import json

import pytest

from tests.constructs.bedrock.sync_scene import SyncScene, plain, with_tenants


@pytest.fixture
def scene() -> SyncScene:
    return with_tenants()


def test_what_is_created_in_the_bucket_or_deleted_from_it_is_queued(scene: SyncScene) -> None:
    rule = scene.properties(scene.sync.intake.rule)
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created", "Object Deleted"],
        "detail": {"bucket": {"name": [{"Ref": scene.logical_id(scene.bucket)}]}},
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == scene.resolve(scene.sync.changes.queue_arn)
    assert target["DeadLetterConfig"] == {"Arn": scene.resolve(scene.sync.intake.lost.queue_arn)}


def test_queues_take_events_of_this_rule_only_and_by_tls_only(scene: SyncScene) -> None:
    for queue in (scene.sync.changes, scene.sync.intake.lost):
        allowed = [statement for statement in scene.queue_policy(queue) if statement["Effect"] == "Allow"]
        assert [statement["Principal"] for statement in allowed] == [{"Service": "events.amazonaws.com"}]
        assert allowed[0]["Condition"]["ArnEquals"] == {"aws:SourceArn": scene.resolve(scene.sync.intake.rule.attr_arn)}
        denied = [statement["Condition"] for statement in scene.queue_policy(queue) if statement["Effect"] == "Deny"]
        assert denied == [{"Bool": {"aws:SecureTransport": "false"}}]
        assert scene.properties(queue)["KmsMasterKeyId"] == scene.resolve(scene.key.key_arn)


def test_a_change_that_fails_five_times_is_kept_for_two_weeks(scene: SyncScene) -> None:
    lost = scene.sync.intake.lost
    assert scene.properties(scene.sync.changes)["RedrivePolicy"] == {
        "deadLetterTargetArn": scene.resolve(lost.queue_arn),
        "maxReceiveCount": 5,
    }
    assert scene.properties(lost)["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize(("name", "gathered"), [("plain", 0), ("with_tenants", 30)])
def test_changes_stay_hidden_six_times_as_long_as_the_function_may_take_and_while_they_are_gathered(name: str, gathered: int) -> None:
    scene = {"plain": plain, "with_tenants": with_tenants}[name]()
    timeout = scene.properties(scene.sync.functions["RequestSync"])["Timeout"]
    assert scene.properties(scene.sync.changes)["VisibilityTimeout"] == 6 * timeout + gathered


def test_now_and_then_a_request_comes(scene: SyncScene) -> None:
    (schedule,) = scene.of_type("AWS::Scheduler::Schedule")
    assert schedule["ScheduleExpression"] == "rate(6 hours)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["Arn"] == scene.resolve(scene.sync.changes.queue_arn)
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": scene.resolve(scene.sync.intake.lost.queue_arn)}
    assert json.loads(schedule["Target"]["Input"]) == {"source": "blueprint.schedule"}


def test_the_schedule_may_fill_the_two_queues_and_nothing_else(scene: SyncScene) -> None:
    (role,) = (child for child in scene.sync.intake.node.children if child.node.id == "ScheduleRole")
    assert scene.allowed(role) == {"sqs:SendMessage": scene.arns(scene.sync.changes, scene.sync.intake.lost)}
    keys = [statement["Condition"]["StringEquals"] for statement in scene.statements(role) if "kms:Decrypt" in statement["Action"]]
    assert keys
    assert all(condition.keys() == {"kms:ViaService"} for condition in keys)


def test_only_schedules_of_this_account_take_the_role(scene: SyncScene) -> None:
    (role,) = (child for child in scene.sync.intake.node.children if child.node.id == "ScheduleRole")
    (trust,) = scene.properties(role)["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "schedule-group/default" in str(trust["Condition"]["ArnLike"]["aws:SourceArn"])


def test_without_a_schedule_there_is_none() -> None:
    scene = plain()
    assert scene.sync.intake.schedule is None
    assert scene.of_type("AWS::Scheduler::Schedule") == []


def test_alarms_tell_of_changes_that_were_lost_or_wait(scene: SyncScene) -> None:
    lost, waiting = scene.alarm("LostChanges"), scene.alarm("ChangesAge")
    assert (lost["MetricName"], lost["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)
    assert (waiting["MetricName"], waiting["Threshold"], waiting["EvaluationPeriods"]) == ("ApproximateAgeOfOldestMessage", 930, 3)
