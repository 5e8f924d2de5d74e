from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.multi_model_inference import MultiModelInferenceSettings, MultiModelInferenceStack
from tests import templates
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {"AlarmTopicArn", "DashboardName", "EndpointName", "ModelsBucketName", "ModelsPrefix", "PredictionsUrl", "UserPoolId"}
FURTHER_OUTPUTS = {"minimal": {"UserPoolClientId"}, "comprehensive": {"ApiKeyIds"}, "isolated": {"UserPoolClientId"}}
PACKAGE = "invoke_tenant_model"


def sample(name: str) -> Any:
    return templates.sample(f"multi-model-inference/{name}").templates["multi-model-inference"]


def only(name: str, kind: str) -> Any:
    (found,) = of_type(sample(name), kind)
    return found["Properties"]


def function(name: str) -> Any:
    (found,) = [
        each["Properties"] for each in of_type(sample(name), "AWS::Lambda::Function") if PACKAGE in str(each["Properties"]["Handler"])
    ]
    return found


def define(app: cdk.App, network: Any = "none", **settings: Any) -> Template:
    read = MultiModelInferenceSettings.model_validate(settings)
    context = DeploymentContext(blueprint="multi-model-inference", network=network)
    return Template.from_stack(MultiModelInferenceStack(app, "models", settings=read, context=context))


def statements(name: str, action: str) -> list[Any]:
    policies = [each["Properties"]["PolicyDocument"]["Statement"] for each in of_type(sample(name), "AWS::IAM::Policy")]
    return [each for policy in policies for each in policy if action in each["Action"]]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_template_means_what_it_meant(name: str, template_snapshot: SnapshotAssertion) -> None:
    assert sample(name) == template_snapshot


@pytest.mark.parametrize("name", SAMPLES)
def test_outputs_name_what_people_and_programs_look_for(name: str) -> None:
    assert set(sample(name)["Outputs"]) == OUTPUTS | FURTHER_OUTPUTS[name]
    assert sample(name)["Outputs"]["ModelsPrefix"]["Value"] == "models/tenants/"


def test_the_network_has_the_endpoints_that_function_and_callers_use() -> None:
    assert interface_endpoints(sample("minimal")) == {"sagemaker.runtime"}
    assert interface_endpoints(sample("isolated")) == {"sagemaker.runtime", "execute-api"}
    assert interface_endpoints(sample("comprehensive")) == set()


@pytest.mark.parametrize("name", SAMPLES)
def test_models_come_from_a_bucket_of_the_deployment(name: str) -> None:
    container = only(name, "AWS::SageMaker::Model")["PrimaryContainer"]
    assert container["Mode"] == "MultiModel"
    assert container["MultiModelConfig"] == {"ModelCacheSetting": "Disabled" if name == "isolated" else "Enabled"}
    bucket, path = container["ModelDataUrl"]["Fn::Join"][1][-2:]
    assert (sample(name)["Resources"][bucket["Ref"]]["Type"], path) == ("AWS::S3::Bucket", "/models/")
    found = sample(name)["Resources"][bucket["Ref"]]["Properties"]
    assert found["VersioningConfiguration"] == {"Status": "Enabled"}
    assert found["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "LoggingConfiguration" in found


@pytest.mark.parametrize("name", SAMPLES)
def test_the_function_may_ask_for_models_of_tenants_only(name: str) -> None:
    (invoking,) = statements(name, "sagemaker:InvokeEndpoint")
    assert invoking["Condition"] == {"StringLike": {"sagemaker:TargetModel": ["tenants/*/*.tar.gz"]}}
    variables = function(name)["Environment"]["Variables"]
    assert (variables["TARGET_PREFIX"], variables["TENANT_CLAIM"]) == ("tenants/", "custom:tenant")


@pytest.mark.parametrize("name", SAMPLES)
def test_nobody_asks_without_a_token_and_the_path_names_the_model(name: str) -> None:
    (method,) = [each["Properties"] for each in of_type(sample(name), "AWS::ApiGateway::Method")]
    assert (method["HttpMethod"], method["AuthorizationType"]) == ("POST", "COGNITO_USER_POOLS")
    paths = {each["Properties"]["PathPart"] for each in of_type(sample(name), "AWS::ApiGateway::Resource")}
    assert paths == {"models", "{model}", "predictions"}


def test_members_have_a_tenant_that_neither_they_nor_a_client_can_change() -> None:
    (tenant,) = only("minimal", "AWS::Cognito::UserPool")["Schema"]
    assert (tenant["Name"], tenant["Mutable"]) == ("tenant", False)
    assert "custom:tenant" not in only("minimal", "AWS::Cognito::UserPoolClient")["WriteAttributes"]


def test_tokens_of_a_pool_that_stands_already_count_by_their_client() -> None:
    assert of_type(sample("comprehensive"), "AWS::Cognito::UserPool") == []
    assert function("comprehensive")["Environment"]["Variables"]["ALLOWED_CLIENTS"] == "abcdefghijklmnopqrstuvwxyz"


def test_two_instances_serve_and_more_follow_the_load() -> None:
    (variant,) = only("minimal", "AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.large", 2)
    policy = only("minimal", "AWS::ApplicationAutoScaling::ScalingPolicy")["TargetTrackingScalingPolicyConfiguration"]
    metric = policy["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert (metric, policy["TargetValue"]) == ("SageMakerVariantInvocationsPerInstance", 600)


def test_an_update_goes_back_on_errors_and_not_on_models_being_loaded() -> None:
    for name in SAMPLES:
        (alarm,) = only(name, "AWS::SageMaker::Endpoint")["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
        assert "Invocation5XXErrors" in str(sample(name)["Resources"][alarm["AlarmName"]["Ref"]]["Properties"])


def test_an_update_can_go_on_whatever_happens(app: cdk.App) -> None:
    template = define(app, deployment={"rollback": False})
    deployment = {"DeploymentConfig": Match.object_like({"AutoRollbackConfiguration": Match.absent()})}
    template.has_resource_properties("AWS::SageMaker::Endpoint", deployment)


def test_another_claim_names_the_tenant_where_the_settings_say_so(app: cdk.App) -> None:
    template = define(app, tenant_claim="custom:bank", data_on_removal="destroy")
    variables = {"Environment": {"Variables": Match.object_like({"TENANT_CLAIM": "custom:bank"})}}
    template.resource_properties_count_is("AWS::Lambda::Function", variables, 1)
    template.has_resource_properties("AWS::Cognito::UserPool", {"Schema": [Match.object_like({"Name": "bank"})]})
    kept = {each["Type"] for each in template.to_json()["Resources"].values() if each.get("DeletionPolicy") not in (None, "Delete")}
    assert kept == {"AWS::ApiGateway::Account", "AWS::IAM::Role"}


def test_models_and_users_are_kept_by_default() -> None:
    kinds = ("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::Cognito::UserPool")
    assert {found["DeletionPolicy"] for kind in kinds for found in of_type(sample("minimal"), kind)} == {"Retain"}


def test_an_image_of_ones_own_is_taken(app: cdk.App) -> None:
    arn = "arn:aws:ecr:eu-west-1:123456789012:repository/many-models"
    template = define(app, models={"image": {"repository_arn": arn, "tag": "7", "multi_model": True}})
    (model,) = template.find_resources("AWS::SageMaker::Model").values()
    assert model["Properties"]["PrimaryContainer"]["Image"]["Fn::Join"][1][-1].endswith("/many-models:7")
