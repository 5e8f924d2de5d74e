import pytest

from blueprints.simulating.fleets import Fleet, Kind

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
