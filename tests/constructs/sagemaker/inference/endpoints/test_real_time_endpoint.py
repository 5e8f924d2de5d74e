from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.foundation import HandlerDefaults
from ml_constructs.sagemaker.inference.capacity.scaling import Scaling
from ml_constructs.sagemaker.inference.deployments.shadow import ShadowVariant
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Canary, Rolling
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from ml_constructs.sagemaker.inference.endpoints.real_time_endpoint import RealTimeEndpoint
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import CPU, Scene, model_of, scene
from tests.constructs.sagemaker.inference.multi_model.multi_model_scene import Parts


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def define(**arguments: Any) -> RealTimeEndpoint:
    stack = cdk.Stack(cdk.App(), "Stack")
    shadow = arguments.pop("shadow", None)
    usual = {"hosting": CPU, "scaling": Scaling(target=1), "defaults": HandlerDefaults(key=None)}
    challenger = ShadowVariant(model=model_of(stack, "Challenger"), hosting=shadow) if shadow else None
    return RealTimeEndpoint(stack, "Endpoint", shadow=challenger, **{**usual, "model": model_of(stack, "Model"), **arguments})


def test_two_instances_serve_the_model(seen: Scene) -> None:
    assert seen.variant(seen.plain) == {
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 1,
        "InstanceType": "ml.m5.large",
        "ModelName": {"Fn::GetAtt": [seen.id_of(seen.plain.model.resource), "ModelName"]},
        "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
        "VariantName": "AllTraffic",
    }


def test_an_endpoint_begins_with_as_many_instances_as_it_has_at_least(seen: Scene) -> None:
    assert seen.variant(seen.full)["InitialInstanceCount"] == 3


def test_with_pools_there_is_no_single_instance_type(seen: Scene) -> None:
    variant = seen.variant(seen.full)
    assert "InstanceType" not in variant
    assert [pool["Priority"] for pool in variant["InstancePools"]] == [2, 1]


def test_one_instance_serves_alone_where_that_is_allowed(seen: Scene) -> None:
    assert seen.variant(seen.single)["InitialInstanceCount"] == 1


def test_updates_are_made_as_they_are_asked_for(seen: Scene) -> None:
    assert "DeploymentConfig" not in seen.properties(seen.plain.endpoint)
    routing = seen.properties(seen.full.endpoint)["DeploymentConfig"]["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert (routing["Type"], routing["CanarySize"]) == ("CANARY", {"Type": "CAPACITY_PERCENT", "Value": 10})


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"hosting": Hosting(instance_type="ml.g5.xlarge")}, "instance_type must be a type that runs xgboost .*, got 'ml.g5.xlarge'"),
        ({"shadow": Hosting(instance_type="ml.g5.xlarge")}, "instance_type must be a type that runs xgboost .*, got 'ml.g5.xlarge'"),
        ({"shadow": CPU, "deployment": Rolling()}, "deployment must not be rolling with a shadow variant"),
        (
            {"scaling": Scaling(target=1, min_instances=1, allow_single=True), "deployment": Canary()},
            "deployment must be AllAtOnce with fewer than 2 instances, got Canary with 1",
        ),
    ],
)
def test_what_would_fail_when_it_is_deployed_is_refused(arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        define(**arguments)


def test_a_model_of_many_is_left_to_endpoints_that_tell_callers_apart() -> None:
    with pytest.raises(ValueError, match=r"model must be a single one, got mode MultiModel in .*Many, of which any caller could ask"):
        define(model=Parts().model("Many"))
