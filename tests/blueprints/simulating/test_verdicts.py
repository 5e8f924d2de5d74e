from blueprints.simulating.serving import Pace
from blueprints.simulating.simulation import Change, Minute, Run
from blueprints.simulating.verdicts import reversals, verdict
from tests.blueprints.simulating import shapes


def change(second: int, before: int, after: int, *, idle: bool = False) -> Change:
    return Change(second=second, before=before, after=after, idle=idle)


def minute(number: int, **found: float | None) -> Minute:
    known = {"requests": 0, "ready": 1, "desired": 1, "instances": 1, "backlog": 0, "failed": 0, "latency": 1, "busy_seconds": 0}
    return Minute(minute=number, **{**known, **found})  # type: ignore[arg-type]


def test_changes_of_direction_within_an_hour_are_counted() -> None:
    changes = [change(0, 1, 2), change(600, 2, 1), change(1200, 1, 2), change(1800, 2, 1)]
    assert reversals(changes) == 3
    assert reversals([change(at * 3600, *bounds) for at, bounds in enumerate([(1, 2), (2, 1), (1, 2), (2, 1)])]) == 1


def test_growing_in_steps_is_no_change_of_direction() -> None:
    assert reversals([change(0, 1, 2), change(600, 2, 3), change(1200, 3, 4)]) == 0


def test_what_goes_because_nobody_asks_is_none_either() -> None:
    assert reversals([change(0, 0, 1), change(1200, 1, 0, idle=True), change(1800, 0, 1), change(3000, 1, 0, idle=True)]) == 0


def test_a_run_is_summed_up() -> None:
    found = Run(shapes.only(shapes.REAL_TIME), Pace(service_seconds=1, parallel=1), first_request=60, first_served=120)
    found.minutes = [minute(0, requests=4, latency=None, failed=4), minute(1, requests=6, ready=3, instances=3, desired=3, latency=7)]
    seen = verdict(found)
    assert (seen.capacity_after, seen.requests, seen.failed, seen.highest, seen.peak_latency) == (60, 10, 4, 3, 7)
    assert seen.instance_hours == 4 / 60
    assert (seen.back_to_minimum, seen.zero, seen.flaps, seen.serves) == (False, False, False, True)


def test_requests_that_wait_for_ever_are_not_served() -> None:
    found = Run(shapes.only(shapes.ASYNCHRONOUS), Pace(service_seconds=1, parallel=1), first_request=0, first_served=60)
    found.minutes = [minute(0, requests=4, backlog=4)]
    assert not verdict(found).serves
