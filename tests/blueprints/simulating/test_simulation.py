from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from blueprints.simulating.capacity import StartUp
from blueprints.simulating.serving import Pace
from blueprints.simulating.simulation import Run, simulate
from blueprints.simulating.traffic import Traffic, traffic
from blueprints.simulating.verdicts import verdict
from tests.blueprints.simulating import shapes

START = StartUp(instance_seconds=300, copy_seconds=120)
PACES = {
    "REAL_TIME": Pace(service_seconds=0.1, parallel=4),
    "ASYNCHRONOUS": Pace(service_seconds=20, parallel=4),
    "COMPONENTS": Pace(service_seconds=5, parallel=8),
    "SERVERLESS": Pace(service_seconds=0.5, parallel=1),
}
FROM_ZERO = ["ASYNCHRONOUS", "COMPONENTS"]


def run(resources: Mapping[str, Any], pace: Pace, coming: Traffic) -> Run:
    (found,) = simulate([shapes.only(resources)], [pace], [coming], START, rest=60)
    return found


def under(name: str, pattern: str) -> Run:
    pace = PACES[name]
    fleet = shapes.only(getattr(shapes, name))
    most = fleet.parallel if fleet.kind == "serverless" else fleet.maximum
    peak = 0.75 * (most or 1) * pace.per_second * 60
    return run(getattr(shapes, name), pace, traffic(pattern, peak=peak, falls_silent=fleet.minimum == 0))


@pytest.mark.parametrize("name", FROM_ZERO)
def test_one_request_from_zero_yields_capacity(name: str) -> None:
    one = Traffic("one", (0, 0, 0, 1, *[0] * 60))
    seen = verdict(run(getattr(shapes, name), PACES[name], one))
    assert seen.highest == 1
    assert seen.capacity_after is not None
    assert 300 <= seen.capacity_after <= 600


def test_the_request_that_an_asynchronous_endpoint_took_at_zero_is_served() -> None:
    seen = verdict(under("ASYNCHRONOUS", "trickle"))
    assert (seen.requests, seen.failed, seen.waiting) == (4, 0, 0)
    assert seen.peak_latency is not None
    assert 320 <= seen.peak_latency <= 620, "it waited for the instance"


@pytest.mark.parametrize("name", FROM_ZERO)
@pytest.mark.parametrize("pattern", ["step", "trickle", "burst"])
def test_idle_endpoints_return_to_zero(name: str, pattern: str) -> None:
    found = under(name, pattern)
    assert verdict(found).back_to_minimum
    assert verdict(found).zero
    assert found.minutes[-1].instances == 0


@pytest.mark.parametrize("name", PACES)
def test_under_constant_load_nothing_flaps(name: str) -> None:
    found = under(name, "constant")
    assert not verdict(found).flaps
    settled = [change for change in found.changes if 3600 <= change.second < 4 * 3600]
    assert settled == []


def test_a_target_above_what_an_instance_works_on_flaps() -> None:
    resources = {**shapes.ASYNCHRONOUS, **shapes.tracking(5, metric="ApproximateBacklogSizePerInstance", ScaleInCooldown=300)}
    steady = Traffic("steady", (28.5,) * 360)
    assert verdict(run(resources, PACES["ASYNCHRONOUS"], steady)).flaps


def test_scaling_follows_the_load() -> None:
    found = under("REAL_TIME", "step")
    assert verdict(found).highest == 6
    assert found.minutes[-1].ready == 2


def test_the_backlog_of_asynchronous_endpoints_scales_no_real_time_one() -> None:
    found = run(shapes.BACKLOG_OF_REAL_TIME, PACES["REAL_TIME"], traffic("step", peak=10_000, falls_silent=False))
    assert found.changes == []
    assert verdict(found).failed > 0


def test_invocations_bring_an_asynchronous_endpoint_no_capacity() -> None:
    seen = verdict(run(shapes.INVOCATIONS_OF_ASYNCHRONOUS, PACES["ASYNCHRONOUS"], traffic("step", peak=36, falls_silent=True)))
    assert seen.capacity_after is None
    assert seen.waiting == 36 * 60
    assert not seen.serves


def test_no_request_is_lost_or_made_up() -> None:
    found = under("ASYNCHRONOUS", "diurnal")
    assert verdict(found).failed == 0
    assert verdict(found).waiting == 0


def test_no_change_begins_while_another_is_under_way() -> None:
    found = under("ASYNCHRONOUS", "step")
    grown = [change.second for change in found.changes if change.after > change.before]
    assert all(later - earlier >= 300 for earlier, later in pairwise(grown))
