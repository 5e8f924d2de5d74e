from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from stacks.base import BlueprintStack, DeploymentContext
from stacks.parts.models import model_of
from stacks.settings.inference_model import ModelSettings
from stacks.settings.models import BlueprintSettings


def define(*ids: str, **settings: Any) -> Template:
    stack = BlueprintStack(cdk.App(), "scores", settings=BlueprintSettings(network="none"), context=DeploymentContext(blueprint="scores"))
    for construct_id in ids:
        model_of(stack, ModelSettings(**settings), samples={"xgboost": "churn"}, placed=False, construct_id=construct_id)
    return Template.from_stack(stack)


def properties(template: Template) -> list[dict[str, Any]]:
    return [found["Properties"] for found in template.find_resources("AWS::SageMaker::Model").values()]


def test_without_files_the_sample_model_is_taken() -> None:
    (model,) = properties(define("Model"))
    assert "cdk-hnb659fds-assets" in str(model["PrimaryContainer"]["ModelDataUrl"])
    assert model["EnableNetworkIsolation"] is True
    assert "VpcConfig" not in model


def test_a_model_of_ones_own_is_taken_from_its_place() -> None:
    (model,) = properties(define("Model", artifact="s3://mine/model.tar.gz"))
    assert model["PrimaryContainer"]["ModelDataUrl"] == "s3://mine/model.tar.gz"


def test_two_models_stand_beside_each_other() -> None:
    assert len(properties(define("Model", "Shadow", artifact="s3://mine/model.tar.gz"))) == 2
