from tests.constructs.sagemaker.inference.asynchronous.async_scene import scene, steady


def test_uploads_below_the_prefix_are_queued() -> None:
    pattern = scene().properties(scene().intake.rule)["EventPattern"]
    assert pattern["detail"]["object"] == {"key": [{"prefix": "requests/"}]}
    assert steady().properties(steady().intake.rule)["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "in/"}]}


def test_what_has_no_answer_is_kept_where_it_can_be_moved_back_from() -> None:
    redrive = scene().properties(scene().intake.queue)["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": scene().stack.resolve(scene().intake.failed.queue_arn), "maxReceiveCount": 5}


def test_the_function_is_told_what_it_needs() -> None:
    told = scene().environment(scene().submit)
    assert told["ENDPOINT_NAME"] == scene().stack.resolve(scene().endpoint.endpoint_name)
    assert told["INFERENCES_TABLE"] == {"Ref": scene().logical_id(scene().store.index)}
    assert told["REJECTED_QUEUE_URL"] == {"Ref": scene().logical_id(scene().intake.rejected)}
    assert (told["LEASE_SECONDS"], told["RETENTION_DAYS"], told["MAX_BYTES"]) == ("300", "30", "1000000000")
    assert steady().environment(steady().submit)["ACCEPT"] == "application/json"


def test_the_function_writes_rows_and_tells_of_refusals_and_reads_nothing() -> None:
    role = scene().submit.execution_role
    assert scene().allowed(role, "dynamodb:UpdateItem") == [scene().stack.resolve(scene().store.index.table_arn)]
    assert scene().allowed(role, "sqs:SendMessage") == [scene().stack.resolve(scene().intake.rejected.queue_arn)]
    assert scene().allowed(role, "s3:GetObject") == []


def test_alarms_tell_of_failed_refused_and_waiting_inputs() -> None:
    for name, metric, threshold in (
        ("FailedInferences", "ApproximateNumberOfMessagesVisible", 1),
        ("RejectedInputs", "ApproximateNumberOfMessagesVisible", 1),
        ("UndeliveredEvents", "ApproximateNumberOfMessagesVisible", 1),
        ("IntakeAge", "ApproximateAgeOfOldestMessage", 1800),
        ("SubmissionErrors", "SubmissionsFailed", 1),
    ):
        alarm = scene().alarm(name)
        assert (alarm["MetricName"], alarm["Threshold"], alarm["TreatMissingData"]) == (metric, threshold, "notBreaching")


def test_a_dashboard_shows_inputs_and_queues() -> None:
    graphs = {title: len(metrics) for title, metrics in scene().intake.graphs.items()}
    assert graphs == {"Inputs": 4, "Queued, failed, rejected and undelivered": 4}
