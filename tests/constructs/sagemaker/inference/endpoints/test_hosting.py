from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.capacity.instance_pool import CapacityReservation, InstancePool
from ml_constructs.sagemaker.inference.endpoints.hosting import Hosting
from tests.constructs.sagemaker.inference.capacity.test_instance_pool import PLAN

POOLS = (InstancePool(instance_type="ml.c5.xlarge", priority=2), InstancePool(instance_type="ml.m5.xlarge", priority=1))


def variant(**arguments: Any) -> dict[str, Any]:
    """The properties that a variant has, by their names in Python."""
    rendered = Hosting(**{"instance_type": "ml.m5.large", **arguments}).variant(model_name="model", instances=2)
    return dict(rendered._values)


def test_a_variant_gets_all_traffic_on_instances_of_one_type() -> None:
    made = variant()
    assert {name: made[name] for name in ("variant_name", "model_name", "initial_instance_count", "instance_type")} == {
        "variant_name": "AllTraffic",
        "model_name": "model",
        "initial_instance_count": 2,
        "instance_type": "ml.m5.large",
    }


def test_what_is_left_to_sagemaker_is_left_out() -> None:
    assert set(variant()) == {
        *("variant_name", "model_name", "initial_instance_count", "initial_variant_weight", "instance_type", "routing_config"),
    }


def test_pools_take_the_place_of_the_one_type() -> None:
    made = variant(instance_type=None, pools=POOLS)
    assert "instance_type" not in made
    assert [(pool.instance_type, pool.priority) for pool in made["instance_pools"]] == [("ml.c5.xlarge", 2), ("ml.m5.xlarge", 1)]


def test_types_are_told_in_the_order_in_which_they_are_tried() -> None:
    assert Hosting(pools=POOLS).instance_types == ("ml.m5.xlarge", "ml.c5.xlarge")


def test_a_variant_for_inference_components_has_neither_model_nor_weight() -> None:
    made = Hosting(instance_type="ml.g5.xlarge").variant(model_name=None, instances=1)
    assert (made.model_name, made.initial_variant_weight) == (None, None)


def test_a_machine_image_may_be_chosen_for_its_accelerators() -> None:
    made = variant(instance_type="ml.g5.xlarge", ami_version="al2-ami-sagemaker-inference-gpu-2")
    assert made["inference_ami_version"] == "al2-ami-sagemaker-inference-gpu-2"


def test_requests_that_wait_in_a_queue_are_not_routed() -> None:
    assert Hosting(instance_type="ml.m5.large").variant(model_name="model", instances=1, routed=False).routing_config is None


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        ({"volume_gb": 30}, "volume_size_in_gb", 30),
        ({"download_timeout": Duration.minutes(20)}, "model_data_download_timeout_in_seconds", 1200),
        ({"startup_timeout": Duration.minutes(10)}, "container_startup_health_check_timeout_in_seconds", 600),
        ({"provision_timeout": Duration.minutes(30)}, "variant_instance_provision_timeout_in_seconds", 1800),
    ],
)
def test_what_is_asked_for_is_said(arguments: dict[str, Any], name: str, value: Any) -> None:
    assert variant(**arguments)[name] == value


def test_instances_may_be_reserved() -> None:
    reserved = variant(reservation=CapacityReservation(reservation_arn=PLAN))["capacity_reservation_config"]
    assert reserved.ml_reservation_arn == PLAN


def test_metrics_are_spoken_of_only_where_they_differ_from_those_told_anyway() -> None:
    assert Hosting(instance_type="ml.m5.large").metrics() is None


@pytest.mark.parametrize(("arguments", "told"), [({"enhanced_metrics": True}, (True, 60)), ({"metric_period": 10}, (False, 10))])
def test_metrics_may_be_finer(arguments: dict[str, Any], told: tuple[bool, int]) -> None:
    metrics: Any = Hosting(instance_type="ml.m5.large", **arguments).metrics()
    assert (metrics.enable_enhanced_metrics, metrics.metric_publish_frequency_in_seconds) == told


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"instance_type": None}, "either instance_type or pools must be given, got None and 0 pools"),
        ({"pools": POOLS}, "either instance_type or pools must be given, got ml.m5.large and 2 pools"),
        ({"instance_type": "ml.m5.tiny"}, "instance type must be one of SageMaker's, got 'ml.m5.tiny'"),
        ({"instance_type": "ml.t3.medium"}, "instance_type must be one that endpoints run on, got 'ml.t3.medium'"),
        ({"volume_gb": 513}, "volume_gb must be from 1 to 512, got 513"),
        (
            {"volume_gb": 30, "instance_type": "ml.g5.xlarge"},
            "volume_gb must be left out for ml.g5.xlarge, which have an instance store, got 30",
        ),
        ({"download_timeout": Duration.seconds(59)}, "download_timeout in seconds must be from 60 to 3600, got 59"),
        ({"startup_timeout": Duration.seconds(59)}, "startup_timeout in seconds must be from 60 to 3600, got 59"),
        ({"provision_timeout": Duration.seconds(299)}, "provision_timeout in seconds must be from 300 to 3600, got 299"),
        (
            {"ami_version": "al2-ami-sagemaker-inference-gpu-2"},
            "ami_version must be for the accelerators of ml.m5.large, got 'al2-ami-sagemaker-inference-gpu-2', which is for gpu instances",
        ),
        ({"ami_version": "ubuntu"}, "ami_version must be one of al2-ami-sagemaker-inference-gpu-2, .*, got 'ubuntu'"),
        ({"metric_period": 20}, "metric_period must be one of 10, 30, 60, 120, 180, 240, 300, got 20"),
        (
            {"instance_type": None, "pools": POOLS, "reservation": CapacityReservation(reservation_arn=PLAN)},
            "pools must be left out with a reservation, which is of one instance type, got 2",
        ),
    ],
)
def test_instances_that_can_not_be_had_are_refused(arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        variant(**arguments)
