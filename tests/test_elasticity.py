"""What the samples deploy really scales: from zero, back, and without flapping."""

import functools

import pytest

from blueprints.checks.deployed import Account
from blueprints.simulating.capacity import StartUp
from blueprints.simulating.driver import Question, tell
from blueprints.simulating.fleets import Fleet
from blueprints.simulating.report import Told
from blueprints.simulating.templates import fleets
from tests import templates

START = StartUp(instance_seconds=300, copy_seconds=120)


@functools.cache
def scaled(name: str) -> tuple[Fleet, ...]:
    return tuple(fleets(Account(templates.sample(name).templates)))


def under(name: str, pattern: str) -> list[Told]:
    return tell(scaled(name), Question(traffic=pattern, start_up=START))


# Each of these has an endpoint; a sample without one would make the tests below prove nothing.
WITH_ENDPOINTS = [name for name in templates.SAMPLES if name.endswith(("inference/minimal", "inference/comprehensive"))]


@pytest.mark.parametrize("name", WITH_ENDPOINTS)
def test_policies_look_at_metrics_that_are_published(name: str) -> None:
    assert scaled(name)
    assert [finding for told in under(name, "trickle") for finding in told.findings] == []


@pytest.mark.parametrize("name", WITH_ENDPOINTS)
def test_one_request_yields_capacity_and_afterwards_it_goes_again(name: str) -> None:
    for told in under(name, "trickle"):
        assert told.verdict.capacity_after is not None
        assert told.verdict.capacity_after <= 2 * (START.instance_seconds + START.copy_seconds)
        assert told.verdict.back_to_minimum
        assert told.verdict.waiting == 0


@pytest.mark.parametrize("name", WITH_ENDPOINTS)
def test_under_constant_load_nothing_flaps(name: str) -> None:
    for told in under(name, "constant"):
        assert not told.verdict.flaps
        assert [change for change in told.run.changes if 3600 <= change.second < 4 * 3600] == []


@pytest.mark.parametrize("name", WITH_ENDPOINTS)
def test_capacity_follows_the_load_and_returns(name: str) -> None:
    for told in under(name, "step"):
        fleet = told.run.fleet
        assert told.verdict.back_to_minimum
        assert told.verdict.highest > fleet.minimum or fleet.minimum == fleet.maximum
