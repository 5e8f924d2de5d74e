from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.components.component_options import CopyPlacement, CopyScaling, CopyStart

DAY = Duration.days(1)


@pytest.mark.parametrize(
    ("metric", "predefined"),
    [
        ("concurrency", "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"),
        ("invocations", "SageMakerInferenceComponentInvocationsPerCopy"),
    ],
)
def test_copies_follow_a_metric_of_components(metric: Any, predefined: str) -> None:
    assert CopyScaling(metric=metric).predefined_metric == predefined


@pytest.mark.parametrize(
    ("kind", "arguments", "word"),
    [
        (CopyScaling, {"maximum": 0}, "maximum must be from 1 to 1000, got 0"),
        (CopyScaling, {"minimum": 3}, "minimum must be from 0 to 2, got 3"),
        (CopyScaling, {"minimum": 1, "initial": 0}, "initial must be from 1 to 2, got 0"),
        (CopyScaling, {"metric": "backlog"}, "metric must be one of concurrency, invocations, got 'backlog'"),
        (CopyScaling, {"target": 0}, "target must be above 0, got 0"),
        (CopyScaling, {"scale_in_cooldown": DAY}, "scale_in_cooldown in seconds must be from 0 to 3600"),
        (CopyScaling, {"start_time": Duration.seconds(1)}, "start_time in seconds must be from 60 to 3600"),
        (CopyPlacement, {"strategy": "PACK"}, "strategy must be one of SPREAD, BINPACK, got 'PACK'"),
        (CopyPlacement, {"zone_imbalance": 101}, "zone_imbalance must be from 0 to 100, got 101"),
        (CopyStart, {"download": DAY}, "download in seconds must be from 60 to 3600"),
        (CopyStart, {"health_check": Duration.seconds(59)}, "health_check in seconds must be from 60 to 3600"),
    ],
)
def test_refuses_what_sagemaker_does_not_take(kind: Any, arguments: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        kind(**arguments)
