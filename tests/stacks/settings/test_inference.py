import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from pydantic import BaseModel, ValidationError

from ml_constructs.sagemaker.inference.endpoints.endpoint_alarms import EndpointThresholds
from stacks.settings.inference import (
    DataCaptureSettings,
    EndpointAlarmSettings,
    HostingSettings,
    ScalingSettings,
)
from stacks.settings.inference_updates import DeploymentSettings

POOLS = ({"instance_type": "ml.g5.xlarge", "priority": 2}, {"instance_type": "ml.g6.xlarge", "priority": 1})
RESERVATION = "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/spring"


@pytest.fixture(scope="module")
def bucket() -> s3.IBucket:
    return s3.Bucket.from_bucket_name(cdk.Stack(), "Bucket", "captured-data")


def test_one_cheap_instance_type_is_the_default() -> None:
    assert HostingSettings().value().instance_types == ("ml.m5.large",)


def test_pools_take_the_place_of_the_instance_type_that_nobody_gave() -> None:
    assert HostingSettings.model_validate({"pools": POOLS}).value().instance_types == ("ml.g6.xlarge", "ml.g5.xlarge")


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ({"volume_gb": 30}, "volume_size_in_gb", 30),
        ({"download_timeout_seconds": 600}, "model_data_download_timeout_in_seconds", 600),
        ({"startup_timeout_seconds": 700}, "container_startup_health_check_timeout_in_seconds", 700),
        ({"provision_timeout_seconds": 800}, "variant_instance_provision_timeout_in_seconds", 800),
    ],
)
def test_what_is_asked_of_instances_is_said(settings: dict[str, Any], name: str, value: int) -> None:
    variant = HostingSettings.model_validate(settings).value().variant(model_name="model", instances=2)
    assert getattr(variant, name) == value


def test_routing_is_chosen_by_its_name() -> None:
    hosting = HostingSettings.model_validate({"routing": "prefix-aware", "prefix_bytes": 2048, "prefix_concurrency": 3}).value()
    assert (hosting.routing.strategy, hosting.routing.prefix_length, hosting.routing.concurrency_threshold) == ("PREFIX_AWARE", 2048, 3)


def test_capacity_may_be_reserved() -> None:
    reservation = HostingSettings.model_validate({"reservation_arn": RESERVATION}).value().reservation
    assert reservation is not None
    assert reservation.reservation_arn == RESERVATION


def test_metrics_may_be_finer() -> None:
    hosting = HostingSettings(enhanced_metrics=True, metric_period_seconds=10).value()
    assert (hosting.enhanced_metrics, hosting.metric_period) == (True, 10)


@pytest.mark.parametrize(("metric", "target"), [("invocations", 600), ("concurrency", 4)])
def test_each_metric_has_a_target_of_its_own(metric: Any, target: float) -> None:
    assert ScalingSettings(metric=metric).value().target == target


def test_numbers_of_instances_are_taken_as_they_are() -> None:
    scaling = ScalingSettings(
        min_instances=1, max_instances=9, target=7, scale_in_cooldown_seconds=0, scale_out_cooldown_seconds=5, allow_single=True
    ).value()
    assert (scaling.min_instances, scaling.max_instances, scaling.target, scaling.allow_single) == (1, 9, 7, True)
    assert (scaling.scale_in_cooldown.to_seconds(), scaling.scale_out_cooldown.to_seconds()) == (0, 5)


def test_nothing_is_captured_unless_asked_for() -> None:
    assert not DataCaptureSettings().enabled


def test_captures_are_taken_as_they_are(bucket: s3.IBucket) -> None:
    capture = DataCaptureSettings(enabled=True, percent=100, inputs=False, json_types=("application/x-json",), csv_types=()).value(bucket)
    assert (capture.bucket, capture.percent, capture.inputs, capture.outputs) == (bucket, 100, False, True)
    assert (capture.json_types, capture.csv_types) == (("application/x-json",), ())


def test_the_defaults_of_settings_and_constructs_agree() -> None:
    assert EndpointAlarmSettings().value() == EndpointThresholds()


@pytest.mark.parametrize(
    ("model", "settings", "message"),
    [
        (HostingSettings, {"instance_type": "m5.large"}, r"^ml\.[a-z0-9-]+\.[a-z0-9]+$"),
        (HostingSettings, {"instance_type": "ml.m5.tiny"}, "instance type must be one of SageMaker's, got 'ml.m5.tiny'"),
        (HostingSettings, {"instance_type": "ml.g5.xlarge", "pools": POOLS}, "either instance_type or pools must be given"),
        (HostingSettings, {"pools": (POOLS[0], POOLS[0])}, "each instance_type of pools must stand once"),
        (HostingSettings, {"instance_type": "ml.g5.xlarge", "volume_gb": 9}, "volume_gb must be left out for ml.g5.xlarge"),
        (HostingSettings, {"pools": POOLS, "reservation_arn": RESERVATION}, "pools must be left out with a reservation"),
        (ScalingSettings, {"min_instances": 1}, "min_instances must be at least 2, or 1 with allow_single, got 1"),
        (ScalingSettings, {"max_instances": 1}, "max_instances must be from 2 to 1000, got 1"),
        (ScalingSettings, {"target": 0}, "greater than 0"),
        (DataCaptureSettings, {"inputs": False, "outputs": False}, "inputs or outputs must be true, got neither"),
        (DataCaptureSettings, {"csv_types": ("csv",)}, "String should match pattern"),
        (DeploymentSettings, {"percent": 10}, "percent must be left out with strategy all-at-once, got 10"),
        (DeploymentSettings, {"strategy": "linear", "percent": 5}, "percent must be from 10 to 50, got 5"),
        (DeploymentSettings, {"strategy": "rolling", "percent": 4}, "batch_percent must be from 5 to 50, got 4"),
        (DeploymentSettings, {"max_duration_minutes": 10, "termination_wait_seconds": 600}, "max_duration must be longer than all waiting"),
        (EndpointAlarmSettings, {"latency_ms": 0}, "greater than 0"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(model: type[BaseModel], settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        model.model_validate(settings)
