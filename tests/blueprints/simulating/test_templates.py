import math
from typing import Any

import pytest

from blueprints.checks.deployed import Account
from blueprints.simulating.fleets import Alarm, Hosts, Metric, Step, StepScaling, TargetTracking
from blueprints.simulating.templates import copies_on, fleets
from tests.blueprints.simulating import shapes


def test_a_real_time_endpoint_is_read_with_its_bounds_and_policy() -> None:
    fleet = shapes.only(shapes.REAL_TIME)
    assert (fleet.kind, fleet.instance_type, fleet.initial, fleet.minimum, fleet.maximum) == ("real-time", "ml.m5.xlarge", 2, 2, 6)
    metric = Metric(name="SageMakerVariantInvocationsPerInstance", predefined=True)
    assert fleet.policies == (TargetTracking(name="Track", metric=metric, target=1000, scale_in_cooldown=300, scale_out_cooldown=60),)


def test_an_asynchronous_endpoint_is_read_with_the_alarm_that_leaves_zero() -> None:
    fleet = shapes.only(shapes.ASYNCHRONOUS)
    assert (fleet.kind, fleet.initial, fleet.minimum, fleet.maximum, fleet.parallel) == ("asynchronous", 0, 0, 4, 4)
    tracked, stepped = fleet.policies
    assert isinstance(tracked, TargetTracking)
    assert tracked.metric == Metric(name="ApproximateBacklogSizePerInstance")
    assert stepped == StepScaling(
        name="Leave",
        alarm=Alarm(metric=Metric(name="HasBacklogWithoutCapacity"), threshold=1),
        adjustment="ChangeInCapacity",
        steps=(Step(lower=0, upper=math.inf, change=1),),
        cooldown=300,
    )


def test_components_share_the_instances_of_their_endpoint() -> None:
    fleet = shapes.only(shapes.COMPONENTS)
    assert (fleet.kind, fleet.instance_type, fleet.minimum, fleet.maximum) == ("inference-component", "ml.g5.12xlarge", 0, 4)
    assert (fleet.per_instance, fleet.hosts) == (2, Hosts(minimum=0, maximum=2))
    assert isinstance(fleet.policies[0], TargetTracking)
    assert fleet.policies[0].metric.period == 10


def test_adapters_are_part_of_their_base() -> None:
    adapter = {
        "Type": "AWS::SageMaker::InferenceComponent",
        "Properties": {
            "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
            "Specification": {"BaseInferenceComponentName": "one-Component"},
        },
    }
    assert shapes.only({**shapes.COMPONENTS, "Adapter": adapter}).name == "one-Component"


def test_a_serverless_endpoint_is_read_with_its_provisioned_concurrency() -> None:
    fleet = shapes.only(shapes.SERVERLESS)
    assert (fleet.kind, fleet.instance_type, fleet.initial, fleet.maximum, fleet.parallel) == ("serverless", None, 2, 8, 10)


def test_an_endpoint_that_nothing_scales_keeps_its_instances() -> None:
    fleet = shapes.only(shapes.endpoint(shapes.ON_CPU))
    assert (fleet.minimum, fleet.maximum, fleet.policies) == (2, 2, ())


def test_of_pools_the_one_that_comes_first_is_read() -> None:
    pools = [{"InstanceType": "ml.g6.xlarge", "Priority": 2}, {"InstanceType": "ml.g5.xlarge", "Priority": 1}]
    fleet = shapes.only(shapes.endpoint({"ModelName": "model", "InitialInstanceCount": 1, "InstancePools": pools}))
    assert fleet.instance_type == "ml.g5.xlarge"


def test_a_configuration_of_elsewhere_is_an_error_that_names_it() -> None:
    resources: dict[str, Any] = {"Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": "elsewhere"}}}
    with pytest.raises(ValueError, match="EndpointConfigName must name a configuration of the template, got 'elsewhere'"):
        fleets(Account({"one": shapes.template(resources)}))


@pytest.mark.parametrize(
    ("needs", "copies"),
    [
        ({"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}, 4),
        ({"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 100 * 1024}, 1),
        ({"NumberOfCpuCoresRequired": 16}, 3),
        ({}, 1),
    ],
)
def test_as_many_copies_fit_as_the_scarcest_of_their_needs_allows(needs: dict[str, float], copies: int) -> None:
    assert copies_on("ml.g5.12xlarge", needs) == copies
