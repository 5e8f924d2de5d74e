import pytest

from blueprints.simulating.fleets import Fleet, Kind
from tests.blueprints.simulating import shapes

UNITS: list[tuple[Kind, str]] = [
    ("real-time", "instances"),
    ("asynchronous", "instances"),
    ("serverless", "environments"),
    ("inference-component", "copies"),
]


@pytest.mark.parametrize(("kind", "unit"), UNITS)
def test_capacity_is_counted_in_what_the_kind_has(kind: Kind, unit: str) -> None:
    fleet = Fleet(name="one", kind=kind, endpoint="one", instance_type=None, initial=1, minimum=1, maximum=1)
    assert fleet.unit == unit


def test_what_is_scaled_rests_at_its_minimum_and_what_is_not_stays_as_it_is() -> None:
    assert shapes.only({**shapes.REAL_TIME, **shapes.target(shapes.VARIANT, shapes.COUNT, 1, 6)}).rested == 1
    assert shapes.only(shapes.endpoint(shapes.ON_CPU)).rested == 2
