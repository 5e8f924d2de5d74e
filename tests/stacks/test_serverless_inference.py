from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion

from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.serverless_inference import ServerlessInferenceSettings, ServerlessInferenceStack
from tests import templates
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {"AlarmTopicArn", "DashboardName", "EndpointName", "PredictionsUrl"}
FURTHER_OUTPUTS = {"minimal": set(), "comprehensive": {"ApiKeyIds", "UserPoolClientId", "UserPoolId"}, "isolated": set()}


def sample(name: str) -> Any:
    return templates.sample(f"serverless-inference/{name}").templates["serverless-inference"]


def only(name: str, kind: str) -> Any:
    (found,) = of_type(sample(name), kind)
    return found["Properties"]


def variant(name: str) -> Any:
    (found,) = only(name, "AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    return found


def define(app: cdk.App, **settings: Any) -> Template:
    context, read = DeploymentContext(blueprint="serverless-inference"), ServerlessInferenceSettings.model_validate(settings)
    return Template.from_stack(ServerlessInferenceStack(app, "scores", settings=read, context=context))


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


@pytest.mark.parametrize("name", SAMPLES)
def test_the_model_has_neither_instances_nor_what_serverless_endpoints_refuse(name: str) -> None:
    model, config = only(name, "AWS::SageMaker::Model"), only(name, "AWS::SageMaker::EndpointConfig")
    assert "VpcConfig" not in model
    assert model["EnableNetworkIsolation"] is False
    assert not {"DataCaptureConfig", "ShadowProductionVariants", "AsyncInferenceConfig"} & set(config)
    assert not {"InstanceType", "InitialInstanceCount", "InstancePools", "RoutingConfig", "VolumeSizeInGB"} & set(variant(name))


def test_without_a_model_a_sample_is_served() -> None:
    assert "cdk-hnb659fds-assets" in str(only("minimal", "AWS::SageMaker::Model")["PrimaryContainer"]["ModelDataUrl"])
    assert variant("minimal")["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert of_type(sample("minimal"), "AWS::ApplicationAutoScaling::ScalableTarget") == []


def test_scikit_learn_is_told_the_script_of_the_sample() -> None:
    told = only("isolated", "AWS::SageMaker::Model")["PrimaryContainer"]["Environment"]
    assert told == {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}


def test_containers_that_are_kept_warm_follow_the_load() -> None:
    assert variant("comprehensive")["ServerlessConfig"] == {"MemorySizeInMB": 4096, "MaxConcurrency": 50, "ProvisionedConcurrency": 2}
    target = only("comprehensive", "AWS::ApplicationAutoScaling::ScalableTarget")
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredProvisionedConcurrency"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 10)


def test_everything_can_go_with_the_deployment_but_the_role_of_api_gateway(app: cdk.App) -> None:
    resources = define(app, data_on_removal="destroy").to_json()["Resources"]
    kept = {resource["Type"] for resource in resources.values() if resource.get("DeletionPolicy") not in (None, "Delete")}
    assert kept == {"AWS::ApiGateway::Account", "AWS::IAM::Role"}


def test_a_framework_without_a_sample_needs_a_model(app: cdk.App) -> None:
    with pytest.raises(ValueError, match="artifact must be given for pytorch, got none: there are sample models of scikit-learn, xgboost"):
        define(app, model={"framework": "pytorch"})
