from tests.constructs.sagemaker.inference.transform.transform_scene import Scene, busy, scene

RULE = "StepFunctionsGetEventsForSageMakerTransformJobsRule"


def test_the_state_machine_runs_jobs_of_its_own_names_and_waits_for_them() -> None:
    role = scene().transform.workflow.role
    for action in ("AddTags", "CreateTransformJob", "DescribeTransformJob", "ListTags", "StopTransformJob"):
        (jobs,) = scene().allowed(role, f"sagemaker:{action}")
        assert jobs["Fn::Join"][1][-1] == f":transform-job/{scene().transform.job_prefix}-*"
    for action in ("DescribeRule", "PutRule", "PutTargets"):
        (rule,) = scene().allowed(role, f"events:{action}")
        assert rule["Fn::Join"][1][-1] == f":rule/{RULE}"


def test_nobody_passes_a_role_to_a_job() -> None:
    assert scene().allowed(scene().transform.workflow.role, "iam:PassRole") == []


def test_the_function_that_reports_looks_at_jobs_and_stops_them_and_makes_none() -> None:
    role = scene().transform.report.execution_role
    for action in ("DescribeTransformJob", "StopTransformJob"):
        assert len(scene().allowed(role, f"sagemaker:{action}")) == 1
    assert scene().allowed(role, "sagemaker:CreateTransformJob") == []


def test_rule_packs_find_nothing_that_nobody_explained() -> None:
    assert Scene(options=busy().options, daily=busy().daily, image=busy().image).findings == {}
