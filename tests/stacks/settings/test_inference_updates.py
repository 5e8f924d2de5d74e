from typing import Any

import pytest

from ml_constructs.sagemaker.inference.deployments.deployment import AllAtOnce
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Canary, Linear, Rolling
from stacks.settings.inference import (
    HostingSettings,
    ScalingSettings,
)
from stacks.settings.inference_updates import DeploymentSettings, check_update


@pytest.mark.parametrize(
    ("strategy", "kind", "share"),
    [("canary", Canary, 10), ("linear", Linear, 25), ("rolling", Rolling, 50), ("all-at-once", AllAtOnce, None)],
)
def test_each_strategy_has_a_share_of_its_own(strategy: Any, kind: type, share: int | None) -> None:
    deployment: Any = DeploymentSettings(strategy=strategy).value()
    assert type(deployment) is kind
    assert getattr(deployment, "percent", getattr(deployment, "batch_percent", None)) == share


@pytest.mark.parametrize(("strategy", "name"), [("canary", "percent"), ("linear", "percent"), ("rolling", "batch_percent")])
def test_the_share_may_be_another(strategy: Any, name: str) -> None:
    assert getattr(DeploymentSettings(strategy=strategy, percent=20).value(), name) == 20


def test_times_of_an_update_are_taken_as_they_are() -> None:
    canary: Any = DeploymentSettings(strategy="canary", wait_seconds=60, termination_wait_seconds=90, max_duration_minutes=20).value()
    assert (canary.wait.to_seconds(), canary.termination_wait.to_seconds(), canary.max_duration.to_minutes()) == (60, 90, 20)


def test_an_update_has_to_suit_the_instances() -> None:
    check_update(HostingSettings(), ScalingSettings(), DeploymentSettings(strategy="linear"))
    single = ScalingSettings(min_instances=1, allow_single=True)
    with pytest.raises(ValueError, match="deployment must be AllAtOnce with fewer than 2 instances, got Linear with 1"):
        check_update(HostingSettings(), single, DeploymentSettings(strategy="linear"))


def test_burstable_instances_are_refused_where_their_number_is_scaled() -> None:
    burstable = HostingSettings(instance_type="ml.t2.medium")
    check_update(burstable, ScalingSettings(max_instances=2), DeploymentSettings())
    with pytest.raises(ValueError, match=r"hosting.instance_type must not be burstable .*, got ml\.t2\.medium"):
        check_update(burstable, ScalingSettings(), DeploymentSettings())
