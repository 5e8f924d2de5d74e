import math
from typing import Any

import pytest

from blueprints.simulating.autoscaling import Points, Scaler, Stepper, Tracker, is_on
from blueprints.simulating.fleets import Alarm, Fleet, Metric, Policy, Step, StepScaling, TargetTracking

BACKLOG, FAST = Metric(name="backlog"), Metric(name="concurrency", period=10)


def tracking(**options: Any) -> TargetTracking:
    return TargetTracking(
        **{"name": "Track", "metric": BACKLOG, "target": 10, "scale_in_cooldown": 300, "scale_out_cooldown": 60, **options}
    )


def stepping(*steps: Step, adjustment: str = "ChangeInCapacity") -> StepScaling:
    alarm = Alarm(metric=BACKLOG, threshold=1)
    return StepScaling(
        name="Leave", alarm=alarm, adjustment=adjustment, steps=steps or (Step(lower=0, upper=math.inf, change=1),), cooldown=300
    )


def reading(*points: float | None) -> Any:
    def read(_metric: Metric, count: int) -> Points:
        return points[-count:]

    return read


def test_capacity_is_added_in_proportion_once_three_points_are_above_the_target() -> None:
    tracker = Tracker(tracking())
    assert tracker.wanted(600, 2, reading(5, 30, 30)) == 2
    assert tracker.wanted(600, 2, reading(30, 30, 30)) == 6


def test_one_more_is_added_at_least() -> None:
    assert Tracker(tracking()).wanted(600, 2, reading(10.1, 10.1, 10.1)) == 3


def test_from_nothing_capacity_is_added_for_what_waits() -> None:
    assert Tracker(tracking()).wanted(600, 0, reading(25, 25, 25)) == 3


def test_capacity_is_removed_once_fifteen_minutes_are_below_nine_tenths_of_the_target() -> None:
    tracker = Tracker(tracking())
    assert tracker.wanted(6000, 4, reading(9.5, *[2] * 14)) == 4
    assert tracker.wanted(6000, 4, reading(*[2] * 14)) == 4
    assert tracker.wanted(6000, 4, reading(*[2] * 15)) == 1
    assert tracker.wanted(6000, 4, reading(*[0] * 15)) == 0


def test_at_high_resolution_capacity_is_added_after_seconds_and_removed_after_minutes() -> None:
    tracker = Tracker(tracking(metric=FAST))
    assert tracker.interval == 10
    assert tracker.wanted(600, 2, reading(20, 20, 20)) == 4
    assert tracker.wanted(6000, 4, reading(*[0] * 89)) == 4
    assert tracker.wanted(6000, 4, reading(*[0] * 90)) == 0


def test_missing_data_changes_nothing() -> None:
    assert Tracker(tracking()).wanted(6000, 4, reading(*[None] * 15)) is None
    assert Tracker(tracking()).wanted(6000, 4, reading(*[0] * 14, None)) is None


def test_a_policy_that_must_not_scale_in_does_not() -> None:
    assert Tracker(tracking(scale_in=False)).wanted(6000, 4, reading(*[0] * 15)) == 4


def test_a_cooldown_holds_back_the_next_change_in_the_same_direction_only() -> None:
    tracker = Tracker(tracking())
    tracker.acted(600, 2)
    assert tracker.wanted(630, 4, reading(30, 30, 30)) == 4
    assert tracker.wanted(660, 4, reading(30, 30, 30)) == 12
    tracker.acted(6000, -1)
    assert tracker.wanted(6030, 4, reading(*[0] * 15)) == 4
    assert tracker.wanted(6030, 4, reading(30, 30, 30)) == 12


@pytest.mark.parametrize(
    ("adjustment", "change", "wanted"),
    [("ChangeInCapacity", 2, 6), ("ExactCapacity", 3, 3), ("PercentChangeInCapacity", 30, 6), ("PercentChangeInCapacity", -30, 2)],
)
def test_steps_change_the_capacity_as_they_say(adjustment: str, change: float, wanted: int) -> None:
    stepper = Stepper(stepping(Step(lower=0, upper=math.inf, change=change), adjustment=adjustment))
    assert stepper.wanted(600, 4, reading(1)) == wanted


def test_the_step_is_chosen_by_the_distance_from_the_threshold() -> None:
    stepper = Stepper(stepping(Step(lower=0, upper=10, change=1), Step(lower=10, upper=math.inf, change=5)))
    assert stepper.wanted(600, 0, reading(5)) == 1
    assert stepper.wanted(600, 0, reading(11)) == 5


def test_steps_wait_for_their_cooldown_and_their_alarm() -> None:
    stepper = Stepper(stepping())
    assert stepper.wanted(600, 0, reading(0)) is None
    stepper.acted(600, 1)
    assert stepper.wanted(840, 1, reading(1)) is None
    assert stepper.wanted(900, 1, reading(1)) == 2


def test_a_step_policy_without_an_alarm_does_nothing() -> None:
    policy = StepScaling(name="Leave", alarm=None, adjustment="ChangeInCapacity", steps=(), cooldown=0)
    assert Stepper(policy).wanted(600, 0, reading(1)) is None


@pytest.mark.parametrize(
    ("comparison", "on"),
    [
        ("GreaterThanOrEqualToThreshold", True),
        ("GreaterThanThreshold", False),
        ("LessThanOrEqualToThreshold", True),
        ("LessThanThreshold", False),
    ],
)
def test_alarms_compare_as_they_say(comparison: str, on: bool) -> None:
    assert is_on(Alarm(metric=BACKLOG, threshold=1, comparison=comparison), [1]) is on


def test_missing_points_count_as_the_alarm_says() -> None:
    assert not is_on(Alarm(metric=BACKLOG, threshold=1), [None])
    assert is_on(Alarm(metric=BACKLOG, threshold=1, missing="breaching"), [None])
    assert is_on(Alarm(metric=BACKLOG, threshold=1, periods=3, points=2), [1, None, 1])


def scaler(*policies: Policy) -> Scaler:
    return Scaler(
        Fleet(name="one", kind="asynchronous", endpoint="one", instance_type=None, initial=0, minimum=0, maximum=4, policies=policies)
    )


def test_of_several_policies_the_one_with_most_capacity_wins() -> None:
    assert scaler(tracking(), stepping()).decide(600, 1, reading(35, 35, 35)) == 4


def test_capacity_stays_between_its_bounds() -> None:
    assert scaler(tracking()).decide(600, 2, reading(1000, 1000, 1000)) == 4


def test_nothing_is_removed_while_a_policy_wants_to_keep_it() -> None:
    keeps = tracking(name="Keeps", metric=FAST, target=1)

    def read(metric: Metric, count: int) -> Points:
        return [0] * 15 if metric is BACKLOG else [0.95] * count

    assert scaler(tracking(), keeps).decide(6000, 3, read) == 3


def test_policies_look_when_their_metric_has_a_new_point() -> None:
    assert scaler(tracking()).decide(610, 2, reading(1000, 1000, 1000)) == 2
