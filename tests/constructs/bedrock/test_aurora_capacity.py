from typing import Any

import pytest

from ml_constructs.bedrock.aurora_capacity import AuroraCapacity


def test_half_a_unit_to_four_are_the_start() -> None:
    capacity = AuroraCapacity()
    assert (capacity.minimum, capacity.maximum) == (0.5, 4)


def test_the_limits_are_taken() -> None:
    AuroraCapacity(minimum=0.5, maximum=1)
    AuroraCapacity(minimum=256, maximum=256)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"minimum": 0}, r"minimum must be from 0\.5 to 256 in steps of 0\.5, got 0"),
        ({"minimum": 0.75}, r"minimum must be from 0\.5 to 256 in steps of 0\.5, got 0\.75"),
        ({"maximum": 0.5}, r"maximum must be from 1 to 256 in steps of 0\.5, got 0\.5"),
        ({"maximum": 256.5}, r"maximum must be from 1 to 256 in steps of 0\.5, got 256\.5"),
        ({"minimum": 8, "maximum": 4}, r"maximum must be from 8 to 256 in steps of 0\.5, got 4"),
    ],
)
def test_other_numbers_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AuroraCapacity(**arguments)
