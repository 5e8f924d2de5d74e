import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.sagemaker.inference.transform.transform_advice import ADVICE
from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.batch_transform import BatchTransformSettings, BatchTransformStack
from tests import templates
from tests.stacks import asl
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {
    *("AlarmTopicArn", "DashboardName", "ErrorTopicArn", "FailedQueueUrl", "IndexTableName", "InputsBucketName", "IntakeQueueUrl"),
    *("ModelName", "RejectedQueueUrl", "ResultsBucketName", "StateMachineArn", "SuccessTopicArn"),
}


def sample(name: str) -> Any:
    return templates.sample(f"batch-transform/{name}").templates["batch-transform"]


def job(template: Any) -> dict[str, Any]:
    (machine,) = asl.machines(template)
    found: dict[str, Any] = machine.definition["States"]["Transform"]["Arguments"]
    return found


def define(app: cdk.App, **settings: Any) -> BatchTransformStack:
    context = DeploymentContext(blueprint="batch-transform", network="none", tags={"team": "data"})
    return BatchTransformStack(app, "batch", settings=BatchTransformSettings.model_validate(settings), context=context)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_template_means_what_it_meant(name: str, template_snapshot: SnapshotAssertion) -> None:
    assert sample(name) == template_snapshot


@pytest.mark.parametrize("name", SAMPLES)
def test_outputs_name_what_people_and_programs_look_for(name: str) -> None:
    assert set(sample(name)["Outputs"]) == OUTPUTS


@pytest.mark.parametrize("name", SAMPLES)
def test_there_are_alarms_for_what_matters(name: str) -> None:
    alarms = [key for key, resource in sample(name)["Resources"].items() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    names = {re.sub(r"^Alarms|[0-9A-F]{8}$", "", key) for key in alarms if key.startswith("Alarms")}
    assert names == set(ADVICE)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_state_machine_is_sound(name: str) -> None:
    (machine,) = asl.machines(sample(name))
    assert asl.unreachable(machine.definition) == set()
    assert asl.careless_tasks(machine.definition) == {}
    assert asl.choices_without_default(machine.definition) == []
    assert asl.unassigned(machine.definition) == set()
    assert asl.broken_expressions(machine.definition) == []
    assert asl.unfilled(machine) == set()
    assert asl.wrong_parameters(machine) == []


def test_the_network_has_the_endpoints_that_the_functions_call() -> None:
    assert interface_endpoints(sample("minimal")) == {"sagemaker.api", "sns", "sqs", "states"}
    assert interface_endpoints(sample("comprehensive")) == set()


def test_instances_are_attached_to_the_network_if_they_are_told_to_be() -> None:
    (isolated,), (minimal,) = (of_type(sample(name), "AWS::SageMaker::Model") for name in ("isolated", "minimal"))
    assert len(isolated["Properties"]["VpcConfig"]["Subnets"]) == 2
    assert "VpcConfig" not in minimal["Properties"]


def test_volumes_with_an_instance_store_have_no_key_of_their_own() -> None:
    assert "VolumeKmsKeyId" in job(sample("minimal"))["TransformResources"]
    assert "VolumeKmsKeyId" not in job(sample("comprehensive"))["TransformResources"]


def test_jobs_have_the_tags_of_what_cloudformation_makes(app: cdk.App) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in job(Template.from_stack(define(app, tags={"owner": "platform"})).to_json())["Tags"]}
    assert tags == {
        "project": "ml-blueprints",
        "blueprint": "batch-transform",
        "deployment": "batch",
        "team": "data",
        "owner": "platform",
    }


def test_prefixes_come_every_day_if_they_are_named() -> None:
    assert of_type(sample("minimal"), "AWS::Scheduler::Schedule") == []
    assert len(of_type(sample("comprehensive"), "AWS::Scheduler::Schedule")) == 2


def test_settings_reach_the_functions_and_the_jobs(app: cdk.App) -> None:
    limits = {"max_objects": 5, "max_megabytes": 3, "max_records": 7}
    runs = {"instance_type": "ml.m5.xlarge", "max_instances": 3, "job_hours": 2, "tries": 4, "max_concurrent": 6, "wait_hours": 5}
    template = Template.from_stack(define(app, limits=limits, runs=runs, retention_days=30, alarms={"instance_hours_per_day": 3.5}))
    told = {"MAX_OBJECTS": "5", "MAX_BYTES": "3000000", "MAX_RECORDS": "7", "MAX_INSTANCES": "3", "RETENTION_DAYS": "30"}
    for variables in (told, {"JOB_SECONDS": "7200", "TRIES": "4"}):
        template.has_resource_properties("AWS::Lambda::Function", {"Environment": {"Variables": Match.object_like(variables)}})
    template.has_resource_properties("AWS::CloudWatch::Alarm", {"MetricName": "InstanceHours", "Threshold": 3.5})
    (machine,) = asl.machines(template.to_json())
    assert machine.definition["TimeoutSeconds"] == (5 + 4 * 3) * 3600
    assert job(template.to_json())["TransformResources"]["InstanceType"] == "ml.m5.xlarge"


def test_everything_can_go_with_the_deployment(app: cdk.App) -> None:
    resources = Template.from_stack(define(app, data_on_removal="destroy")).to_json()["Resources"]
    assert {resource["Type"] for resource in resources.values() if resource.get("DeletionPolicy") not in (None, "Delete")} == set()


def test_data_results_and_what_is_known_of_them_are_kept_by_default() -> None:
    resources = sample("minimal")["Resources"].values()
    stateful = [found for found in resources if found["Type"] in ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key")]
    assert len(stateful) == 6
    assert {found["DeletionPolicy"] for found in stateful} == {"Retain"}
