import json
import re
from typing import Any

import aws_cdk as cdk
import pytest
from syrupy.assertion import SnapshotAssertion

from ml_constructs.sagemaker.inference.components.component_advice import ADVICE
from ml_constructs.sagemaker.inference.front.inference_alarms import ADVICE as FRONT
from ml_constructs.testing import template_snapshot
from stacks.base import DeploymentContext
from stacks.llm_inference import LlmInferenceSettings, LlmInferenceStack
from tests import templates
from tests.templates import interface_endpoints, of_type

__all__ = ["template_snapshot"]

SAMPLES = ["minimal", "comprehensive", "isolated"]
OUTPUTS = {"AlarmTopicArn", "ComponentNames", "DashboardName", "EndpointName", "GenerationsUrl"}
FURTHER_OUTPUTS = {
    "minimal": {"StreamUrl"},
    "comprehensive": {"ApiKeyIds", "StreamUrl", "UserPoolClientId", "UserPoolId"},
    "isolated": set(),
}
BY_MODEL = {"Errors", "Latency", "AtMaximum"}
ONCE = {*ADVICE, *FRONT} - BY_MODEL
ONE = {"assistant": {"artifact": "s3://example-models/assistant/"}}
ADAPTED = {"assistant": ONE["assistant"] | {"adapters": {"legal": {"artifact": "s3://example-models/legal.tar.gz"}}}}


def sample(name: str) -> Any:
    return templates.sample(f"llm-inference/{name}").templates["llm-inference"]


def read(**settings: Any) -> LlmInferenceSettings:
    return LlmInferenceSettings.model_validate({"models": ONE} | settings)


def define(app: cdk.App, **settings: Any) -> LlmInferenceStack:
    context = DeploymentContext(blueprint="llm-inference", network="none")
    return LlmInferenceStack(app, "texts", settings=read(**settings), context=context)


def environment(template: Any, package: str) -> dict[str, Any]:
    functions = [each["Properties"] for each in of_type(template, "AWS::Lambda::Function")]
    (found,) = [each for each in functions if each["Handler"].startswith(f"{package}.")]
    variables: dict[str, Any] = found["Environment"]["Variables"]
    return variables


@pytest.mark.parametrize("name", SAMPLES)
def test_the_template_means_what_it_meant(name: str, template_snapshot: SnapshotAssertion) -> None:
    assert sample(name) == template_snapshot


@pytest.mark.parametrize("name", SAMPLES)
def test_outputs_name_what_people_and_programs_look_for(name: str) -> None:
    assert set(sample(name)["Outputs"]) == OUTPUTS | FURTHER_OUTPUTS[name]


@pytest.mark.parametrize(
    ("name", "models", "left_out"),
    [
        ("minimal", ["Assistant"], set()),
        ("comprehensive", ["Assistant", "Writer"], {"InstancesIdle"}),
        ("isolated", ["Assistant"], {"FirstToken", "StreamErrors"}),
    ],
)
def test_there_are_alarms_for_what_matters(name: str, models: list[str], left_out: set[str]) -> None:
    keys = [key for key, resource in sample(name)["Resources"].items() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    found = {re.sub(r"^Alarms|[0-9A-F]{8}$", "", key) for key in keys if key.startswith("Alarms")}
    assert found == (ONCE - left_out) | {f"{model}{kind}" for model in models for kind in BY_MODEL}


def test_the_network_has_the_endpoint_that_the_functions_call() -> None:
    assert interface_endpoints(sample("minimal")) == {"sagemaker.runtime"}
    assert interface_endpoints(sample("isolated")) == {"sagemaker.runtime", "execute-api"}
    assert interface_endpoints(sample("comprehensive")) == set()


def test_instances_are_attached_to_the_network_if_they_are_told_to_be() -> None:
    for kind in ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig"):
        (isolated,), (minimal,) = (of_type(sample(name), kind) for name in ("isolated", "minimal"))
        assert len(isolated["Properties"]["VpcConfig"]["Subnets"]) == 2
        assert "VpcConfig" not in minimal["Properties"]
        assert {isolated["Properties"]["EnableNetworkIsolation"], minimal["Properties"]["EnableNetworkIsolation"]} == {True}


def test_models_and_adapters_are_components_of_one_endpoint() -> None:
    template = sample("comprehensive")
    components = [each["Properties"]["Specification"] for each in of_type(template, "AWS::SageMaker::InferenceComponent")]
    assert [("ModelName" in each, "BaseInferenceComponentName" in each) for each in components].count((True, False)) == 2
    assert [("ModelName" in each, "BaseInferenceComponentName" in each) for each in components].count((False, True)) == 2
    assert len(of_type(template, "AWS::SageMaker::Endpoint")) == 1


def test_callers_may_choose_what_is_configured() -> None:
    assert environment(sample("comprehensive"), "generate_text")["MODELS"] == "assistant,writer,legal,support"
    assert environment(sample("comprehensive"), "stream_text")["MODELS"] == "assistant,writer,legal,support"
    names = environment(sample("minimal"), "generate_text")["COMPONENT_NAMES"]["Fn::Join"][1][0]
    (component,) = of_type(sample("minimal"), "AWS::SageMaker::InferenceComponent")
    assert component["Properties"]["InferenceComponentName"]["Fn::Join"][1][0] == names.replace("{}", "assistant")


@pytest.mark.parametrize(
    ("accelerator", "instance_type", "repository", "variable", "value"),
    [
        ("gpu", "ml.g6.2xlarge", "/djl-inference:0.38.0-lmi29.0.0-cu130", "OPTION_TENSOR_PARALLEL_DEGREE", "1"),
        ("inferentia2", "ml.inf2.8xlarge", "sdk2.26.1", "SM_ON_TENSOR_PARALLEL_SIZE", "2"),
        ("trainium", "ml.trn1.2xlarge", "sdk2.26.1", "SM_ON_TENSOR_PARALLEL_SIZE", "2"),
    ],
)
def test_one_setting_chooses_the_hardware(
    app: cdk.App, accelerator: str, instance_type: str, repository: str, variable: str, value: str
) -> None:
    template = cdk.assertions.Template.from_stack(define(app, accelerator=accelerator)).to_json()
    (config,), (model,) = of_type(template, "AWS::SageMaker::EndpointConfig"), of_type(template, "AWS::SageMaker::Model")
    (variant,) = config["Properties"]["ProductionVariants"]
    container = model["Properties"]["PrimaryContainer"]
    assert variant["InstanceType"] == instance_type
    assert (variant.get("InferenceAmiVersion") is not None) is (accelerator == "gpu")
    assert repository in json.dumps(container["Image"])
    assert container["Environment"][variable] == value
    assert container["Environment"]["HF_HUB_OFFLINE"] == "1"
    assert ("KmsKeyId" in config["Properties"]) is (accelerator == "inferentia2")  # the others have an instance store


def test_a_model_is_spread_over_its_accelerators_and_adapters_are_switched_on() -> None:
    models = {"large": {"artifact": "s3://example-models/large/", "accelerators": 4, "adapters": ADAPTED["assistant"]["adapters"]}}
    settings = read(models=models, instance_types=["ml.g6.12xlarge"])
    variables = settings.hardware.environment(settings.models["large"].shape())
    assert (variables["OPTION_TENSOR_PARALLEL_DEGREE"], variables["OPTION_ENABLE_LORA"], variables["OPTION_MAX_LORAS"]) == (
        "4",
        "true",
        "1",
    )


def test_refuses_a_region_without_the_image(app: cdk.App) -> None:
    context = DeploymentContext(blueprint="llm-inference", network="none")
    with pytest.raises(ValueError, match="must be in af-south-1"):
        LlmInferenceStack(app, "texts", settings=read(accelerator="inferentia2"), context=context, env=cdk.Environment(region="af-south-1"))
