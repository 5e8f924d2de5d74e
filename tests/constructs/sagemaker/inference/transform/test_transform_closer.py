from tests.constructs.sagemaker.inference.transform.transform_scene import busy, scene


def test_every_bad_end_reaches_the_function() -> None:
    pattern = scene().properties(scene().transform.closer.rule)["EventPattern"]
    assert pattern["detail"]["status"] == ["ABORTED", "FAILED", "TIMED_OUT"]
    assert pattern["detail"]["stateMachineArn"] == [scene().stack.resolve(scene().transform.workflow.arn)]


def test_the_function_stops_jobs_of_this_deployment_alone() -> None:
    (jobs,) = scene().allowed(scene().transform.closer.function.execution_role, "sagemaker:StopTransformJob")
    assert jobs["Fn::Join"][1][-1].endswith(f":transform-job/{scene().transform.job_prefix}-*")


def test_the_function_is_told_of_jobs_slots_and_where_ends_are_told() -> None:
    told = busy().environment(busy().transform.closer.function)
    assert (told["JOB_PREFIX"], told["TRIES"], told["RETENTION_DAYS"]) == (busy().transform.job_prefix, "3", "0")
    assert told["RUNS_TABLE"] == {"Ref": busy().logical_id(busy().store.runs)}
    assert told["FAILED_QUEUE_URL"] == {"Ref": busy().logical_id(busy().intake.failed)}


def test_the_function_frees_slots_and_reads_executions() -> None:
    role = scene().transform.closer.function.execution_role
    tables = scene().allowed(role, "dynamodb:UpdateItem")
    assert tables == [scene().stack.resolve(table.table_arn) for table in (scene().store.index, scene().store.runs)]
    assert len(scene().allowed(role, "states:DescribeExecution")) == 1


def test_ends_that_it_fails_on_are_kept() -> None:
    configurations = scene().of_type("AWS::Lambda::EventInvokeConfig")
    destinations = [each["DestinationConfig"]["OnFailure"]["Destination"] for each in configurations]
    assert destinations == [scene().stack.resolve(scene().transform.closer.dead_letters.queue_arn)]
