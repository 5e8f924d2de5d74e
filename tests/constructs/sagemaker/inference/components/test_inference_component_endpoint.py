import re
from typing import Any

import pytest
from aws_cdk import aws_iam as iam

from ml_constructs.sagemaker.inference.capacity.instance_pool import CapacityReservation, InstancePool
from ml_constructs.sagemaker.inference.components.component_instances import ScaleIn, SharedInstances
from ml_constructs.sagemaker.inference.components.component_needs import ComponentNeeds
from ml_constructs.sagemaker.inference.components.component_options import CopyScaling
from tests.constructs.sagemaker.inference.components.component_scene import Scene

CONFIG = "AWS::SageMaker::EndpointConfig"
RESERVATION = "arn:aws:sagemaker:eu-west-1:123456789012:ml-reservation/one"


@pytest.fixture(scope="module")
def scene() -> Scene:
    found = Scene(instances=SharedInstances(maximum=3))
    found.add()
    found.add("writer", scaling=CopyScaling(maximum=1, initial=0))
    caller = iam.Role(found.stack, "Caller", assumed_by=iam.AccountRootPrincipal())
    found.endpoint.grant_invoke(caller)
    return found


@pytest.fixture(scope="module")
def config(scene: Scene) -> dict[str, Any]:
    (found,) = scene.properties(CONFIG)
    return found


def test_the_variant_has_no_model_and_the_configuration_the_role(config: dict[str, Any]) -> None:
    (variant,) = config["ProductionVariants"]
    assert "ModelName" not in variant
    assert "InitialVariantWeight" not in variant
    assert config["ExecutionRoleArn"]["Fn::GetAtt"][0].startswith("EndpointRole")
    assert config["EnableNetworkIsolation"] is True
    assert "EndpointConfigName" not in config


def test_instances_go_down_to_none_and_begin_with_one(config: dict[str, Any]) -> None:
    (variant,) = config["ProductionVariants"]
    assert variant["InitialInstanceCount"] == 1
    assert variant["ManagedInstanceScaling"] == {
        "Status": "ENABLED",
        "MinInstanceCount": 0,
        "MaxInstanceCount": 3,
        "ScaleInPolicy": {"Strategy": "IDLE_RELEASE"},
    }
    assert variant["RoutingConfig"]["RoutingStrategy"] == "LEAST_OUTSTANDING_REQUESTS"


def test_the_hardware_forbids_a_key_for_volumes(config: dict[str, Any]) -> None:
    assert "KmsKeyId" not in config


def test_counts_survive_an_update(scene: Scene) -> None:
    (endpoint,) = scene.properties("AWS::SageMaker::Endpoint")
    assert endpoint["RetainAllVariantProperties"] is True
    assert "DeploymentConfig" not in endpoint


def test_a_caller_may_ask_this_endpoint_and_its_components(scene: Scene) -> None:
    policies = scene.template.find_resources("AWS::IAM::Policy")
    (policy,) = [each for name, each in policies.items() if name.startswith("CallerDefaultPolicy")]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "sagemaker:InvokeEndpoint"
    (endpoint,) = scene.template.find_resources("AWS::SageMaker::Endpoint")
    assert statement["Resource"][0] == {"Ref": endpoint}
    named = [re.findall(r":inference-component/[a-z-]+", str(resource)) for resource in statement["Resource"][1:]]
    assert named == [[":inference-component/llm-assistant-"], [":inference-component/llm-writer-"]]


def test_two_instances_at_least_start_with_two() -> None:
    found = Scene(instances=SharedInstances(minimum=2, maximum=4, scale_in=ScaleIn(strategy="CONSOLIDATION", step=2, cooldown_minutes=10)))
    (variant,) = found.properties(CONFIG)[0]["ProductionVariants"]
    assert variant["InitialInstanceCount"] == 2
    assert variant["ManagedInstanceScaling"]["ScaleInPolicy"] == {
        "Strategy": "CONSOLIDATION",
        "MaximumStepSize": 2,
        "CooldownInMinutes": 10,
    }


def test_instances_come_from_pools_by_priority() -> None:
    pools = (InstancePool(instance_type="ml.g6.2xlarge", priority=1), InstancePool(instance_type="ml.g5.2xlarge", priority=2))
    (variant,) = Scene(instance_type=None, pools=pools).properties(CONFIG)[0]["ProductionVariants"]
    assert [pool["InstanceType"] for pool in variant["InstancePools"]] == ["ml.g6.2xlarge", "ml.g5.2xlarge"]
    assert "InstanceType" not in variant


def test_instances_come_from_a_reservation() -> None:
    (variant,) = Scene(reservation=CapacityReservation(reservation_arn=RESERVATION)).properties(CONFIG)[0]["ProductionVariants"]
    assert variant["CapacityReservationConfig"]["MlReservationArn"] == RESERVATION


@pytest.mark.parametrize("name", ["", "Assistant", "a--", "-a", "a_b", "a" * 25, "a.b"])
def test_refuses_names_that_components_can_not_have(scene: Scene, name: str) -> None:
    with pytest.raises(ValueError, match="name must be up to 24 lower-case letters"):
        scene.endpoint.admit(name)


def test_refuses_a_name_twice(scene: Scene) -> None:
    with pytest.raises(ValueError, match="name must differ from those of other components, got assistant again"):
        scene.endpoint.admit("assistant")


def test_refuses_copies_that_find_no_room_beside_the_others(scene: Scene) -> None:
    with pytest.raises(ValueError, match=r"copies must fit 3 of ml.g6.2xlarge .* together: 3 of 4 do, got no room for third"):
        scene.endpoint.admit("third", ComponentNeeds(memory_mb=1024, accelerators=1), CopyScaling(maximum=1))


def test_names_of_components_are_short_enough_and_told_apart_by_the_stack() -> None:
    found = Scene(name="a" * 100)
    pattern = found.stack.resolve(found.endpoint.component_name("m" * 24))
    start = pattern["Fn::Join"][1][0]
    assert start == f"{'a' * 28}-{'m' * 24}-"
    assert len(start) + 8 <= 63
