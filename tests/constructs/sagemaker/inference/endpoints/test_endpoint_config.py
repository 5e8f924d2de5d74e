from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from ml_constructs.foundation import HandlerDefaults, Placement
from ml_constructs.foundation.roles import service_role
from ml_constructs.sagemaker.inference.endpoints.endpoint import Endpoint
from ml_constructs.sagemaker.inference.endpoints.endpoint_config import EndpointOptions
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import Scene, scene

BURSTABLE = ("ml.t2.medium", "ml.m5.large")
CAPACITY_ONLY = [{"VariantPropertyType": "DesiredWeight"}]


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


@pytest.fixture(scope="module")
def shared() -> Any:
    """A configuration without a model, for inference components."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], isolated_subnet_ids=["subnet-1"])
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    placement = Placement(vpc=vpc, subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), security_groups=(group,))
    hosting = Hosting(instance_type="ml.m5.large")
    options = EndpointOptions(instance_types=hosting.instance_types, own_role=True, placement=placement, network_isolation=True)
    endpoint = Endpoint(
        stack,
        "Shared",
        variant=hosting.variant(model_name=None, instances=1),
        role=service_role(stack, "Role", service="sagemaker.amazonaws.com"),
        options=options,
        defaults=HandlerDefaults(key=None),
    )
    (config,) = Template.from_stack(stack).find_resources("AWS::SageMaker::EndpointConfig").values()
    return config["Properties"], stack.resolve(endpoint.endpoint_name)


def test_a_model_brings_role_network_and_isolation_itself(seen: Scene) -> None:
    assert set(seen.config(seen.plain)) == {"KmsKeyId", "ProductionVariants"}


def test_counts_that_were_scaled_to_survive_an_update_and_nothing_else_does(seen: Scene) -> None:
    endpoint = seen.properties(seen.plain.endpoint)
    assert (endpoint["RetainAllVariantProperties"], endpoint["ExcludeRetainedVariantProperties"]) == (True, CAPACITY_ONLY)


def test_counts_that_stay_as_they_are_follow_the_configuration(seen: Scene) -> None:
    assert "RetainAllVariantProperties" not in seen.properties(seen.single.endpoint)


def test_one_production_variant_has_one_shadow(seen: Scene) -> None:
    config = seen.config(seen.full)
    assert [len(config[name]) for name in ("ProductionVariants", "ShadowProductionVariants")] == [1, 1]


def test_metrics_may_be_finer(seen: Scene) -> None:
    assert seen.config(seen.full)["MetricsConfig"] == {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10}


def test_a_configuration_without_a_model_brings_role_network_and_isolation(shared: Any) -> None:
    config, _ = shared
    assert config["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    assert config["EnableNetworkIsolation"] is True
    assert "Role" in config["ExecutionRoleArn"]["Fn::GetAtt"][0]
    assert "ModelName" not in config["ProductionVariants"][0]


def test_instance_types_change_in_place_where_components_are_scaled(shared: Any) -> None:
    _, name = shared
    assert name["Fn::Join"][1][0] == "stack-shared-"


def test_burstable_instances_are_refused_where_their_number_is_scaled() -> None:
    with pytest.raises(
        ValueError, match=r"instance_type must not be burstable where .* is scaled, got ml\.t2\.medium; allowed: other types"
    ):
        EndpointOptions(instance_types=BURSTABLE, retain_capacity=True)


@pytest.mark.parametrize("arguments", [{}, {"retain_capacity": True, "own_role": True}])
def test_instances_whose_number_stays_or_follows_components_may_be_burstable(arguments: dict[str, bool]) -> None:
    assert EndpointOptions(instance_types=BURSTABLE, **arguments).instance_types == BURSTABLE  # type: ignore[arg-type]
