from tests.constructs.sagemaker.inference.transform.transform_scene import busy, scene


def test_requests_below_their_prefix_are_queued_and_data_is_not() -> None:
    pattern = scene().properties(scene().intake.rule)["EventPattern"]
    assert pattern["detail"]["object"] == {"key": [{"prefix": "requests/"}]}


def test_what_has_no_result_is_kept_where_it_can_be_moved_back_from() -> None:
    redrive = scene().properties(scene().intake.queue)["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": scene().stack.resolve(scene().intake.failed.queue_arn), "maxReceiveCount": 5}


def test_each_message_has_an_invocation_of_its_own() -> None:
    (mapping,) = scene().of_type("AWS::Lambda::EventSourceMapping")
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (1, {"MaximumConcurrency": 5})


def test_the_function_is_told_of_limits_and_places() -> None:
    told = scene().environment(scene().plan)
    assert (told["MAX_OBJECTS"], told["MAX_BYTES"], told["MAX_RECORDS"], told["MAX_INSTANCES"]) == ("1000", "1000000000", "0", "1")
    assert (told["COUNT_RECORDS"], told["SPLIT_RECORDS"], told["PAYLOAD_BYTES"]) == ("1", "1", "6291456")
    assert (told["DATA_PREFIX"], told["RETENTION_DAYS"]) == ("data/", "30")
    assert told["INPUTS_BUCKET"] == {"Ref": scene().logical_id(scene().store.inputs)}
    assert told["STATE_MACHINE_ARN"] == scene().stack.resolve(scene().transform.workflow.arn)
    assert busy().environment(busy().plan)["MAX_RECORDS"] == "99"


def test_the_function_reads_requests_and_data_and_writes_plans() -> None:
    role = scene().plan.execution_role

    def prefixes(action: str) -> set[str]:
        return {each["Fn::Join"][1][-1] for each in scene().allowed(role, action)}

    assert prefixes("s3:GetObject") == {"/requests/*", "/data/*"}
    assert prefixes("s3:GetObjectVersion") == {"/requests/*"}
    assert prefixes("s3:PutObject") == {"/plans/*"}
    assert scene().allowed(role, "states:StartExecution") == [scene().stack.resolve(scene().transform.workflow.arn)]


def test_alarms_tell_of_failed_refused_and_waiting_requests() -> None:
    for name, metric, threshold in (
        ("FailedTransforms", "ApproximateNumberOfMessagesVisible", 1),
        ("RejectedRequests", "ApproximateNumberOfMessagesVisible", 1),
        ("UndeliveredEvents", "ApproximateNumberOfMessagesVisible", 1),
        ("IntakeAge", "ApproximateAgeOfOldestMessage", 3600),
    ):
        alarm = scene().alarm(name)
        assert (alarm["MetricName"], alarm["Threshold"], alarm["TreatMissingData"]) == (metric, threshold, "notBreaching")


def test_a_dashboard_shows_requests_and_queues() -> None:
    graphs = {title: len(metrics) for title, metrics in scene().intake.graphs.items()}
    assert graphs == {"Requests": 3, "Queued, failed, rejected and undelivered": 4}


def test_nothing_comes_every_day_unless_it_is_told_to() -> None:
    assert scene().of_type("AWS::Scheduler::Schedule") == []
    assert len(busy().of_type("AWS::Scheduler::Schedule")) == 2
