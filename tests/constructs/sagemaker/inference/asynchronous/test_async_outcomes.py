from tests.constructs.sagemaker.inference.asynchronous.async_scene import scene


def test_notices_are_worked_off_one_by_one() -> None:
    arn = scene().stack.resolve(scene().notices.queue.queue_arn)
    mapping = scene().one("AWS::Lambda::EventSourceMapping", EventSourceArn=arn)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["FunctionName"] == {"Ref": scene().logical_id(scene().outcomes.record)}


def test_every_quarter_of_an_hour_lost_inferences_are_looked_for() -> None:
    rule = scene().properties(scene().outcomes.rule)
    assert rule["ScheduleExpression"] == "rate(15 minutes)"
    (target,) = rule["Targets"]
    assert target["Arn"] == scene().stack.resolve(scene().outcomes.sweep.function_arn)
    assert target["DeadLetterConfig"] == {"Arn": scene().stack.resolve(scene().notices.dead_letters.queue_arn)}
    scene().template.has_resource_properties(
        "AWS::Lambda::Permission",
        {"Principal": "events.amazonaws.com", "SourceArn": scene().stack.resolve(scene().outcomes.rule.attr_arn)},
    )


def test_a_search_that_fails_is_kept() -> None:
    destination = scene().one("AWS::Lambda::EventInvokeConfig")["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == scene().stack.resolve(scene().notices.dead_letters.queue_arn)


def test_only_the_search_looks_through_the_index() -> None:
    sweep, record = (function.execution_role for function in (scene().outcomes.sweep, scene().outcomes.record))
    index = {"Fn::Join": ["", [scene().stack.resolve(scene().store.index.table_arn), "/index/by-status"]]}
    assert scene().allowed(sweep, "dynamodb:Query") == [index]
    assert scene().allowed(record, "dynamodb:Query") == []


def test_both_tell_of_inputs_without_an_answer() -> None:
    failed = scene().stack.resolve(scene().intake.failed.queue_arn)
    for function in (scene().outcomes.record, scene().outcomes.sweep):
        assert failed in scene().allowed(function.execution_role, "sqs:SendMessage")
        assert scene().environment(function)["FAILED_QUEUE_URL"] == {"Ref": scene().logical_id(scene().intake.failed)}


def test_the_search_knows_how_long_an_answer_takes() -> None:
    assert scene().environment(scene().outcomes.sweep)["ANSWER_SECONDS"] == str(21_600 + 900 + 900)


def test_an_alarm_tells_of_lost_notices() -> None:
    assert scene().alarm("LostNotices")["Threshold"] == 1


def test_a_dashboard_shows_ends_and_notices() -> None:
    assert {title: len(metrics) for title, metrics in scene().outcomes.graphs.items()} == {"Ends of inferences": 5, "Notices": 2}
