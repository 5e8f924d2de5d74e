import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.sagemaker.inference.asynchronous.async_advice import ADVICE
from ml_constructs.testing import template_snapshot
from stacks.async_inference import AsyncInferenceSettings, AsyncInferenceStack
from stacks.base import DeploymentContext
from tests import templates
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {
    *("AlarmTopicArn", "DashboardName", "EndpointName", "ErrorTopicArn", "FailedQueueUrl", "IndexTableName", "InputsBucketName"),
    *("IntakeQueueUrl", "RejectedQueueUrl", "ResultsBucketName", "SuccessTopicArn"),
}


def sample(name: str) -> Any:
    return templates.sample(f"async-inference/{name}").templates["async-inference"]


def define(app: cdk.App, **settings: Any) -> AsyncInferenceStack:
    context = DeploymentContext(blueprint="async-inference", network="none")
    return AsyncInferenceStack(app, "async", settings=AsyncInferenceSettings.model_validate(settings), context=context)


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


def test_the_network_has_the_endpoints_that_the_functions_call() -> None:
    assert interface_endpoints(sample("minimal")) == {"sagemaker.runtime", "sqs"}
    assert interface_endpoints(sample("comprehensive")) == set()


def test_instances_are_attached_to_the_network_if_they_are_told_to_be() -> None:
    (isolated,), (minimal,) = (of_type(sample(name), "AWS::SageMaker::Model") for name in ("isolated", "minimal"))
    assert len(isolated["Properties"]["VpcConfig"]["Subnets"]) == 2
    assert "VpcConfig" not in minimal["Properties"]
    assert {isolated["Properties"]["EnableNetworkIsolation"], minimal["Properties"]["EnableNetworkIsolation"]} == {True}


def test_instances_come_and_go_unless_their_number_is_fixed() -> None:
    kinds = [policy["Properties"]["PolicyType"] for policy in of_type(sample("minimal"), "AWS::ApplicationAutoScaling::ScalingPolicy")]
    assert sorted(kinds) == ["StepScaling", "TargetTrackingScaling"]
    assert len(of_type(sample("comprehensive"), "AWS::ApplicationAutoScaling::ScalingPolicy")) == 1
    assert of_type(sample("isolated"), "AWS::ApplicationAutoScaling::ScalableTarget") == []


def test_volumes_with_an_instance_store_have_no_key_of_their_own() -> None:
    keys = [
        of_type(sample(name), "AWS::SageMaker::EndpointConfig")[0]["Properties"].get("KmsKeyId") for name in ("minimal", "comprehensive")
    ]
    assert keys[0] is not None
    assert keys[1] is None


def test_settings_reach_the_functions_and_the_endpoint(app: cdk.App) -> None:
    requests = {"content_types": {".txt": "text/plain"}, "accept": "text/csv", "max_megabytes": 3, "time_to_live_minutes": 10}
    requests |= {"timeout_seconds": 60, "concurrency_per_instance": 7}
    scaling = {"max_instances": 5, "backlog_per_instance": 3, "scale_in_cooldown_seconds": 60, "scale_out_cooldown_seconds": 30}
    template = Template.from_stack(define(app, requests=requests, scaling=scaling, retention_days=30))
    told = {"MIME_TYPES": '[[".txt", "text/plain"]]', "ACCEPT": "text/csv", "MAX_BYTES": "3000000", "REQUEST_TTL_SECONDS": "600"}
    for variables in (told, {"INVOCATION_TIMEOUT_SECONDS": "60", "RETENTION_DAYS": "30"}, {"ANSWER_SECONDS": "1560"}):
        template.has_resource_properties("AWS::Lambda::Function", {"Environment": {"Variables": Match.object_like(variables)}})
    client = {"MaxConcurrentInvocationsPerInstance": 7}
    template.has_resource_properties("AWS::SageMaker::EndpointConfig", {"AsyncInferenceConfig": {"ClientConfig": client}})
    template.has_resource_properties("AWS::ApplicationAutoScaling::ScalableTarget", {"MinCapacity": 0, "MaxCapacity": 5})
    tracking = Match.object_like({"TargetValue": 3, "ScaleInCooldown": 60, "ScaleOutCooldown": 30})
    template.has_resource_properties("AWS::ApplicationAutoScaling::ScalingPolicy", {"TargetTrackingScalingPolicyConfiguration": tracking})


def test_everything_can_go_with_the_deployment(app: cdk.App) -> None:
    resources = Template.from_stack(define(app, data_on_removal="destroy")).to_json()["Resources"]
    assert {resource["Type"] for resource in resources.values() if resource.get("DeletionPolicy") not in (None, "Delete")} == set()


def test_inputs_answers_and_what_is_known_of_them_are_kept_by_default() -> None:
    resources = sample("minimal")["Resources"].values()
    stateful = [found for found in resources if found["Type"] in ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key")]
    assert len(stateful) == 5
    assert {found["DeletionPolicy"] for found in stateful} == {"Retain"}
