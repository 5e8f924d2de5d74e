from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.real_time_inference import RealTimeInferenceSettings, RealTimeInferenceStack
from tests import templates
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {"AlarmTopicArn", "DashboardName", "EndpointName", "PredictionsUrl"}
FURTHER_OUTPUTS = {
    "minimal": set(),
    "comprehensive": {"ApiKeyIds", "CapturedBucketName", "UserPoolClientId", "UserPoolId"},
    "isolated": {"CapturedBucketName"},
}
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc123XyZ"


def sample(name: str) -> Any:
    return templates.sample(f"real-time-inference/{name}").templates["real-time-inference"]


def only(name: str, kind: str) -> Any:
    (found,) = of_type(sample(name), kind)
    return found["Properties"]


def define(app: cdk.App, network: Any = "none", **settings: Any) -> Template:
    context, read = DeploymentContext(blueprint="real-time-inference", network=network), RealTimeInferenceSettings.model_validate(settings)
    return Template.from_stack(RealTimeInferenceStack(app, "scores", settings=read, context=context))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_template_means_what_it_meant(name: str, template_snapshot: SnapshotAssertion) -> None:
    assert sample(name) == template_snapshot


@pytest.mark.parametrize("name", SAMPLES)
def test_outputs_name_what_people_and_programs_look_for(name: str) -> None:
    assert set(sample(name)["Outputs"]) == OUTPUTS | FURTHER_OUTPUTS[name]


def test_the_network_has_the_endpoints_that_function_and_callers_use() -> None:
    assert interface_endpoints(sample("minimal")) == {"sagemaker.runtime"}
    assert interface_endpoints(sample("isolated")) == {"sagemaker.runtime", "execute-api"}
    assert interface_endpoints(sample("comprehensive")) == set()


def test_without_a_model_the_sample_is_served_by_two_instances_or_more() -> None:
    assert "cdk-hnb659fds-assets" in str(only("minimal", "AWS::SageMaker::Model")["PrimaryContainer"]["ModelDataUrl"])
    (variant,) = only("minimal", "AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.large", 2)
    target = only("minimal", "AWS::ApplicationAutoScaling::ScalableTarget")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 4)


def test_instances_join_the_network_where_the_settings_say_so() -> None:
    assert len(only("isolated", "AWS::SageMaker::Model")["VpcConfig"]["Subnets"]) == 2
    assert "VpcConfig" not in only("minimal", "AWS::SageMaker::Model")


def test_containers_reach_no_network_by_themselves() -> None:
    models = [model for name in SAMPLES for model in of_type(sample(name), "AWS::SageMaker::Model")]
    assert [model["Properties"]["EnableNetworkIsolation"] for model in models] == [True] * 4


def test_an_update_goes_back_on_errors_and_slowness() -> None:
    for name in SAMPLES:
        alarms = only(name, "AWS::SageMaker::Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
        watched = [str(sample(name)["Resources"][alarm["AlarmName"]["Ref"]]["Properties"]) for alarm in alarms]
        assert [metric in alarm for metric, alarm in zip(("Invocation5XXErrors", "ModelLatency"), watched, strict=True)] == [True, True]


def test_an_update_can_go_on_whatever_happens(app: cdk.App) -> None:
    template = define(app, deployment={"rollback": False})
    deployment = {"DeploymentConfig": Match.object_like({"AutoRollbackConfiguration": Match.absent()})}
    template.has_resource_properties("AWS::SageMaker::Endpoint", deployment)


def test_nothing_is_captured_unless_asked_for() -> None:
    assert "DataCaptureConfig" not in only("minimal", "AWS::SageMaker::EndpointConfig")
    assert of_type(sample("minimal"), "AWS::S3::Bucket") == []


def test_what_is_captured_is_kept_for_as_long_as_the_settings_say() -> None:
    captured = only("comprehensive", "AWS::SageMaker::EndpointConfig")["DataCaptureConfig"]
    assert captured["InitialSamplingPercentage"] == 20
    buckets = [bucket["Properties"]["LifecycleConfiguration"]["Rules"] for bucket in of_type(sample("comprehensive"), "AWS::S3::Bucket")]
    assert any(rule.get("ExpirationInDays") == 30 for rules in buckets for rule in rules)


def test_a_second_model_gets_a_copy_of_the_requests_under_a_role_of_its_own() -> None:
    config = only("comprehensive", "AWS::SageMaker::EndpointConfig")
    (shadow,) = config["ShadowProductionVariants"]
    roles = {str(model["Properties"]["ExecutionRoleArn"]) for model in of_type(sample("comprehensive"), "AWS::SageMaker::Model")}
    assert (shadow["InstanceType"], shadow["InitialInstanceCount"], len(roles)) == ("ml.c5.large", 1, 2)


def test_samples_can_be_tried_beside_each_other(app: cdk.App) -> None:
    template = define(app, shadow={"model": {"framework": "xgboost", "version": "1.7-1"}})
    template.resource_count_is("AWS::SageMaker::Model", 2)


def test_settings_reach_the_function(app: cdk.App) -> None:
    requests = {"content_types": ["image/png"], "max_bytes": 2000, "timeout_seconds": 7, "concurrency": 3}
    template = define(app, requests=requests, callers={"auth": "cognito", "users": {"pool_arn": POOL, "client_ids": ["app", "web"]}})
    template.resource_count_is("AWS::Cognito::UserPool", 0)
    variables = {"CONTENT_TYPES": "image/png", "MAX_REQUEST_BYTES": "2000", "TIMEOUT_SECONDS": "7", "ALLOWED_CLIENTS": "app,web"}
    expected = {"Environment": {"Variables": Match.object_like(variables)}, "ReservedConcurrentExecutions": 3}
    template.resource_properties_count_is("AWS::Lambda::Function", expected, 1)


def test_everything_can_go_with_the_deployment_but_the_role_of_api_gateway(app: cdk.App) -> None:
    resources = define(app, data_on_removal="destroy", data_capture={"enabled": True}, callers={"auth": "cognito"}).to_json()["Resources"]
    kept = {resource["Type"] for resource in resources.values() if resource.get("DeletionPolicy") not in (None, "Delete")}
    assert kept == {"AWS::ApiGateway::Account", "AWS::IAM::Role"}


def test_data_are_kept_by_default() -> None:
    kinds = ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::Cognito::UserPool")
    assert {found["DeletionPolicy"] for kind in kinds for found in of_type(sample("comprehensive"), kind)} == {"Retain"}


def test_instances_that_cannot_run_the_model_are_refused_with_those_that_can(app: cdk.App) -> None:
    with pytest.raises(ValueError, match=r"instance_type must be a type that runs xgboost .* got 'ml.m6g.large'"):
        define(app, hosting={"instance_type": "ml.m6g.large"})


def test_a_framework_without_a_sample_needs_a_model(app: cdk.App) -> None:
    with pytest.raises(ValueError, match="artifact must be given for triton, got none: there are sample models of scikit-learn, xgboost"):
        define(app, model={"framework": "triton"})
