from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.capacity.scaling import Scaling


def test_two_instances_serve_and_up_to_four() -> None:
    scaling = Scaling(target=600)
    assert (scaling.min_instances, scaling.max_instances, scaling.scaled) == (2, 4, True)


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("invocations", "SageMakerVariantInvocationsPerInstance"),
        ("concurrency", "SageMakerVariantConcurrentRequestsPerModelHighResolution"),
    ],
)
def test_metrics_are_those_of_real_time_variants(metric: Any, name: str) -> None:
    assert Scaling(target=1, metric=metric).predefined_metric == name


def test_equal_bounds_keep_the_number_as_it_is() -> None:
    assert not Scaling(target=1, min_instances=3, max_instances=3).scaled


def test_one_instance_serves_alone_where_that_is_allowed() -> None:
    assert Scaling(target=1, min_instances=1, allow_single=True).min_instances == 1


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"min_instances": 1}, "min_instances must be at least 2, or 1 with allow_single, got 1"),
        ({"min_instances": 0, "allow_single": True}, "min_instances must be at least 1, got 0"),
        ({"min_instances": 5}, "max_instances must be from 5 to 1000, got 4"),
        ({"metric": "backlog"}, "metric must be one of invocations, concurrency, got 'backlog'"),
        ({"target": 0}, "target must be above 0, got 0"),
        ({"scale_in_cooldown": Duration.hours(2)}, "scale_in_cooldown in seconds must be from 0 to 3600, got 7200"),
        ({"scale_out_cooldown": Duration.hours(2)}, "scale_out_cooldown in seconds must be from 0 to 3600, got 7200"),
    ],
)
def test_numbers_that_can_not_be_had_are_refused(arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        Scaling(**{"target": 1, **arguments})
