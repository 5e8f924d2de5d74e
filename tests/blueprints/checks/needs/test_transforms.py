from typing import Any

from blueprints.checks.deployed import Account
from blueprints.checks.needs.facts import Facts
from blueprints.checks.needs.transforms import JOB, transform_needs
from blueprints.checks.needs.workflows import workflow_needs

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
JOBS = "arn:aws:sagemaker:us-east-1:111122223333:transform-job"
GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/TransformJobs"
BUCKET = "arn:aws:s3:::s-Bucket"
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
MODEL = {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}}}
RESOURCES: dict[str, Any] = {"Role": {"Type": "AWS::IAM::Role"}, "Model": MODEL}
FACTS = Facts(also={(JOB, "s3:GetObject"): [f"{BUCKET}/data/example"], (JOB, "s3:PutObject"): [f"{BUCKET}/answers/example"]})


def account(**resources: Any) -> Account:
    return Account({"s": {"Resources": {**RESOURCES, **resources}}})


def needed(facts: Facts = FACTS, **arguments: Any) -> set[tuple[str, str, str]]:
    deployed = account()
    (model,) = deployed.of_type("AWS::SageMaker::Model")
    given = {"TransformJobName": "scores-1", "ModelName": model.name, "TransformResources": {}, **arguments}
    found = transform_needs(deployed, "machine", given, facts, "Machine Transform")
    return {(need.principal.rpartition("/")[2], need.action, need.resource) for need in found}


def test_the_state_machine_makes_the_job_waits_for_it_and_stops_it() -> None:
    own = {(action, resource) for principal, action, resource in needed() if principal == "machine"}
    rule = "arn:aws:events:us-east-1:111122223333:rule/StepFunctionsGetEventsForSageMakerTransformJobsRule"
    assert own == {
        *((f"sagemaker:{action}", f"{JOBS}/scores-1") for action in ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob")),
        ("sagemaker:ListTags", f"{JOBS}/scores-1"),
        *((f"events:{action}", rule) for action in ("DescribeRule", "PutRule", "PutTargets")),
    }


def test_names_that_are_put_together_begin_as_the_template_says() -> None:
    found = needed(TransformJobName="{% 'scores-' & $plan.id %}")
    assert ("machine", "sagemaker:CreateTransformJob", f"{JOBS}/scores-example") in found


def test_tags_have_to_be_allowed_where_there_are_some() -> None:
    assert ("machine", "sagemaker:AddTags", f"{JOBS}/scores-1") in needed(Tags=[{"Key": "a", "Value": "b"}])


def test_the_model_reads_data_writes_results_and_logs() -> None:
    own = {(action, resource) for principal, action, resource in needed() if principal != "machine"}
    streams = f"{GROUP}:log-stream:example"
    assert own == {
        ("s3:GetObject", f"{BUCKET}/data/example"),
        ("s3:ListBucket", BUCKET),
        ("s3:PutObject", f"{BUCKET}/answers/example"),
        ("logs:CreateLogGroup", GROUP),
        *((f"logs:{action}", streams) for action in ("CreateLogStream", "DescribeLogStreams", "PutLogEvents")),
    }


def test_encrypted_volumes_need_a_grant() -> None:
    (grant,) = (each for each in needed(TransformResources={"VolumeKmsKeyId": "key"}) if each[1].startswith("kms:"))
    assert grant[1:] == ("kms:CreateGrant", "key")


def test_a_task_that_runs_a_job_is_found_in_its_state_machine() -> None:
    arguments = {"TransformJobName": "scores-1", "ModelName": "other", "TransformResources": {}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::sagemaker:createTransformJob.sync", "Arguments": arguments}
    properties = {"RoleArn": "arn:role", "Definition": {"StartAt": "Run", "States": {"Run": task}}}
    deployed = account(Machine={"Type": "AWS::StepFunctions::StateMachine", "Properties": properties})
    actions = {need.action for need in workflow_needs(deployed, Facts())}
    assert {"sagemaker:CreateTransformJob", "events:PutRule"} <= actions
