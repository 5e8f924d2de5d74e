from typing import Any

import pytest
from aws_cdk import Duration

from ml_constructs.sagemaker.inference.capacity.provisioned_concurrency import ProvisionedConcurrency


def test_one_container_is_kept_warm() -> None:
    provisioned = ProvisionedConcurrency()
    assert (provisioned.minimum, provisioned.maximum, provisioned.scaled) == (1, 1, False)


def test_the_number_changes_between_bounds_that_differ() -> None:
    assert ProvisionedConcurrency(maximum=2).scaled


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"minimum": 0}, "minimum must be from 1 to 200, got 0"),
        ({"maximum": 201}, "maximum must be from 1 to 200, got 201"),
        ({"minimum": 3, "maximum": 2}, "maximum must be from 3 to 200, got 2"),
        ({"utilization": 0}, "utilization must be above 0 and at most 1, got 0"),
        ({"utilization": 1.1}, "utilization must be above 0 and at most 1, got 1.1"),
        ({"scale_in_cooldown": Duration.hours(2)}, "scale_in_cooldown in seconds must be from 0 to 3600, got 7200"),
        ({"scale_out_cooldown": Duration.hours(2)}, "scale_out_cooldown in seconds must be from 0 to 3600, got 7200"),
    ],
)
def test_values_out_of_their_ranges_are_refused(arguments: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValueError, match=refusal):
        ProvisionedConcurrency(**arguments)


def test_as_many_as_are_served_at_once_may_be_kept_warm_and_no_more() -> None:
    ProvisionedConcurrency(maximum=5).check_within(5)
    with pytest.raises(ValueError, match="maximum of provisioned must be at most max_concurrency, 5, got 6"):
        ProvisionedConcurrency(maximum=6).check_within(5)
