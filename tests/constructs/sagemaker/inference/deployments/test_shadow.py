from typing import Any

import pytest

from ml_constructs.sagemaker.inference.deployments.shadow import ShadowVariant
from tests.constructs.sagemaker.inference.endpoints.endpoint_scene import CPU, Scene, scene


@pytest.fixture(scope="module")
def seen() -> Scene:
    return scene()


def test_one_instance_tries_the_model_on_what_production_is_asked(seen: Scene) -> None:
    (shadow,) = seen.config(seen.full)["ShadowProductionVariants"]
    assert (shadow["VariantName"], shadow["InitialInstanceCount"], shadow["InstanceType"]) == ("Shadow", 1, "ml.m5.large")
    assert "Challenger" in shadow["ModelName"]["Fn::GetAtt"][0]


def test_the_model_on_trial_may_log_and_use_the_key_as_well(seen: Scene) -> None:
    allowed = {action for each in seen.statements(seen.full.roles[1]) for action in [each["Action"]] if isinstance(action, str)}
    assert {"kms:CreateGrant", "s3:PutObject"} <= allowed
    assert any("logs:PutLogEvents" in each["Action"] for each in seen.statements(seen.full.roles[1]))


def test_no_instances_are_refused(seen: Scene) -> None:
    model: Any = seen.plain.model
    with pytest.raises(ValueError, match="instances must be from 1 to 1000, got 0"):
        ShadowVariant(model=model, hosting=CPU, instances=0)
