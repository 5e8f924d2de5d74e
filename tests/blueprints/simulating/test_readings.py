from blueprints.simulating.fleets import Metric
from blueprints.simulating.readings import Readings


def published(name: str, *values: float | None) -> Readings:
    readings = Readings()
    for value in values:
        readings.publish({name: value})
    return readings


def test_a_data_point_of_a_minute_averages_its_ticks() -> None:
    readings = published("ConcurrentRequestsPerModel", 1, 2, 3, 4, 5, 6, 100)
    assert readings.newest(Metric(name="ConcurrentRequestsPerModel"), 3) == [3.5]


def test_counts_are_summed() -> None:
    assert published("InvocationsPerInstance", *[2] * 12).newest(Metric(name="InvocationsPerInstance"), 1) == [12]


def test_metrics_of_high_resolution_have_a_point_every_tick() -> None:
    fast = Metric(name="SageMakerVariantConcurrentRequestsPerModelHighResolution", predefined=True, period=10)
    assert published("ConcurrentRequestsPerModel", 1, 2, 3).newest(fast, 2) == [2, 3]


def test_what_was_not_published_is_missing() -> None:
    readings = published("NoCapacityInvocationFailures", *[None] * 6, *[1] * 6)
    assert readings.newest(Metric(name="NoCapacityInvocationFailures"), 5) == [None, 6]
    assert readings.newest(Metric(name="another"), 1) == [None]
