from typing import Any

import pytest

from ml_constructs.sagemaker.inference.deployments.deployment import AllAtOnce, Deployment
from ml_constructs.sagemaker.inference.deployments.deployment_checks import check_deployment
from ml_constructs.sagemaker.inference.deployments.stepwise_deployment import Canary, Linear, Rolling

USUAL: dict[str, Any] = {"instance_types": ["ml.m5.large"], "instances": 2, "shadow": False}
SERVERLESS: dict[str, Any] = {"instance_types": [], "instances": 0}


@pytest.mark.parametrize("deployment", [None, AllAtOnce(), Canary(), Linear(), Rolling()])
def test_two_instances_can_be_updated_in_every_way(deployment: Deployment | None) -> None:
    check_deployment(deployment, **USUAL)


@pytest.mark.parametrize(
    ("deployment", "endpoint"),
    [
        (AllAtOnce(), {"instances": 1}),
        (AllAtOnce(), {"instance_types": ["ml.inf1.xlarge"]}),
        (Canary(), {"shadow": True}),
        (Canary(), SERVERLESS),
    ],
)
def test_what_sagemaker_does_is_taken(deployment: Deployment, endpoint: dict[str, Any]) -> None:
    check_deployment(deployment, **{**USUAL, **endpoint})


@pytest.mark.parametrize(
    ("deployment", "endpoint", "refusal"),
    [
        (
            Canary(),
            {"instance_types": ["ml.inf1.xlarge"]},
            "deployment must be AllAtOnce on ml.inf1.xlarge, as SageMaker would make it, got Canary",
        ),
        (Rolling(), {"shadow": True}, "deployment must not be rolling with a shadow variant, got Rolling"),
        (Rolling(), SERVERLESS, "deployment must not be rolling with a serverless endpoint, got Rolling"),
        (Linear(), {"instances": 1}, "deployment must be AllAtOnce with fewer than 2 instances, got Linear with 1"),
    ],
)
def test_what_sagemaker_leaves_out_or_refuses_later_is_refused(deployment: Deployment, endpoint: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        check_deployment(deployment, **{**USUAL, **endpoint})
