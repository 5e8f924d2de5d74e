from ml_constructs.ai_services.document_intake import DocumentIntake
from tests.constructs.ai_services.conftest import Scene


def test_uploads_of_the_bucket_and_no_other_are_queued(scene: Scene) -> None:
    rule = scene.properties(scene.intake.rule)
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [{"Ref": scene.logical_id(scene.store.documents)}]}},
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == scene.stack.resolve(scene.intake.queue.queue_arn)
    assert target["DeadLetterConfig"] == {"Arn": scene.stack.resolve(scene.intake.undelivered.queue_arn)}


def test_queues_take_events_of_this_rule_only(scene: Scene) -> None:
    for queue in (scene.intake.queue, scene.intake.undelivered):
        allowed = [statement for statement in policy(scene, queue) if statement["Effect"] == "Allow"]
        assert [statement["Principal"] for statement in allowed] == [{"Service": "events.amazonaws.com"}]
        assert allowed[0]["Condition"]["ArnEquals"] == {"aws:SourceArn": {"Fn::GetAtt": [scene.logical_id(scene.intake.rule), "Arn"]}}


def test_nobody_talks_to_a_queue_without_tls(scene: Scene) -> None:
    for queue in (scene.intake.queue, scene.intake.rejected, scene.intake.undelivered):
        denied = [statement["Condition"] for statement in policy(scene, queue) if statement["Effect"] == "Deny"]
        assert denied == [{"Bool": {"aws:SecureTransport": "false"}}]
        assert scene.properties(queue)["KmsMasterKeyId"] == scene.stack.resolve(scene.key.key_arn)


def policy(scene: Scene, queue: object) -> list[dict[str, object]]:
    (found,) = (
        resource["Properties"]["PolicyDocument"]["Statement"]
        for resource in scene.resources.values()
        if resource["Type"] == "AWS::SQS::QueuePolicy" and {"Ref": scene.logical_id(queue)} in resource["Properties"]["Queues"]
    )
    return list(found)


def test_a_message_that_fails_five_times_is_rejected_and_kept_for_two_weeks(scene: Scene) -> None:
    redrive = scene.properties(scene.intake.queue)["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": scene.stack.resolve(scene.intake.rejected.queue_arn), "maxReceiveCount": 5}
    assert scene.properties(scene.intake.rejected)["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_messages_stay_hidden_six_times_as_long_as_the_function_may_take(scene: Scene) -> None:
    timeout = scene.properties(scene.start)["Timeout"]
    assert scene.properties(scene.intake.queue)["VisibilityTimeout"] >= 6 * timeout


def test_messages_are_worked_off_a_few_at_a_time_and_fail_one_by_one(scene: Scene) -> None:
    arn = scene.stack.resolve(scene.intake.queue.queue_arn)
    scene.template.has_resource_properties(
        "AWS::Lambda::EventSourceMapping",
        {"EventSourceArn": arn, "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": 5}},
    )


def test_the_function_may_start_executions_of_the_one_machine(scene: Scene) -> None:
    role = scene.start.execution_role
    (start,) = (statement for statement in scene.statements(role) if statement["Action"] == "states:StartExecution")
    machine = scene.stack.resolve(scene.workflow.machine.state_machine_arn)
    assert start["Resource"] == machine
    assert scene.environment(scene.start) == {"STATE_MACHINE_ARN": machine}


def test_alarms_tell_of_rejected_lost_and_waiting_uploads(scene: Scene) -> None:
    for name, metric, threshold in (
        ("RejectedDocuments", "ApproximateNumberOfMessagesVisible", 1),
        ("UndeliveredEvents", "ApproximateNumberOfMessagesVisible", 1),
        ("IntakeAge", "ApproximateAgeOfOldestMessage", 900),
    ):
        alarm = scene.alarm(name)
        assert (alarm["MetricName"], alarm["Threshold"], alarm["TreatMissingData"]) == (metric, threshold, "notBreaching")


def test_a_dashboard_shows_queues_and_ages(scene: Scene) -> None:
    assert isinstance(scene.intake, DocumentIntake)
    assert {title: len(metrics) for title, metrics in scene.intake.graphs.items()} == {
        "Queued, rejected and undelivered": 3,
        "Age of the oldest upload": 1,
    }
