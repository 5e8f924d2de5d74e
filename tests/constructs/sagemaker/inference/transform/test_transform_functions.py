from tests.constructs.sagemaker.inference.transform.transform_scene import scene


def test_each_function_has_the_time_that_its_work_takes() -> None:
    transform = scene().transform
    timeouts = [scene().properties(each)["Timeout"] for each in (scene().plan, transform.report, transform.closer.function)]
    assert timeouts == [900, 300, 300]


def test_the_function_that_reads_data_has_a_processor() -> None:
    assert scene().properties(scene().plan)["MemorySize"] == 1769
    assert scene().properties(scene().transform.report)["MemorySize"] == 512


def test_metrics_are_those_of_the_deployment() -> None:
    variables = scene().properties(scene().plan)["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "MlBlueprints/Stack"
    assert variables["POWERTOOLS_SERVICE_NAME"] == "plan_transform"


def test_messages_are_hidden_six_times_as_long_as_they_may_be_worked_on() -> None:
    assert scene().properties(scene().intake.queue)["VisibilityTimeout"] == 5400


def test_whoever_records_an_end_may_tell_of_it() -> None:
    for function in (scene().transform.report, scene().transform.closer.function):
        role = function.execution_role
        topics = [scene().stack.resolve(topic.topic_arn) for topic in (scene().store.success, scene().store.error)]
        assert sorted(scene().allowed(role, "sns:Publish"), key=str) == sorted(topics, key=str)
        assert scene().allowed(role, "sqs:SendMessage")[0] == scene().stack.resolve(scene().intake.failed.queue_arn)
        told = scene().environment(function)
        assert (told["SUCCESS_TOPIC_ARN"], told["ERROR_TOPIC_ARN"]) == tuple({"Ref": topic["Ref"]} for topic in topics)
