"""How Application Auto Scaling and the alarms of its policies are taken to behave.

What AWS documents: target tracking has alarms of its own, one above and one below the target, adds capacity in proportion to how far the
metric is from it, and removes it more slowly; it doesn't act on missing data; of several policies the one with most capacity wins, and
capacity is only removed when all of them agree; cooldowns hold back the next activity in the same direction
(https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html). Step scaling acts on every
evaluation for which its alarm is on (https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html). An
endpoint that is being updated takes no other update, so a change under way is waited for
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpointWeightsAndCapacities.html).

What is observed and not documented, and therefore a constant here: how many data points the two alarms of target tracking look at, and that
the lower one stands at nine tenths of the target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from blueprints.simulating.fleets import Alarm, Fleet, Metric, Step, StepScaling, TargetTracking
from blueprints.simulating.published import measured

POINTS_ABOVE, POINTS_BELOW = 3, 15
LOWER_SHARE = 0.9
MINUTE = 60
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, limit: value >= limit,
    "GreaterThanThreshold": lambda value, limit: value > limit,
    "LessThanOrEqualToThreshold": lambda value, limit: value <= limit,
    "LessThanThreshold": lambda value, limit: value < limit,
}

Points = Sequence[float | None]
Read = Callable[[Metric, int], Points]
"""Returns the newest data points of a metric, the last one last; ``None`` where none was published."""


@dataclass
class Tracker:
    """Applies a target tracking policy."""

    policy: TargetTracking
    scaled_out_at: float = -math.inf
    scaled_in_at: float = -math.inf

    @property
    def interval(self) -> int:
        """Seconds between two looks at the metric."""
        return self.policy.metric.period

    def wanted(self, now: float, current: int, read: Read) -> int | None:
        """Returns the capacity that the policy wants now; ``current`` to keep it; ``None`` when it has nothing to say."""
        lately = read(self.policy.metric, POINTS_ABOVE)
        if _all(lately, POINTS_ABOVE, lambda value: value > self.policy.target):
            return self._more(now, current, lately)
        # The lower alarm looks at minutes, whichever the resolution of the metric.
        long = read(self.policy.metric, POINTS_BELOW * MINUTE // self.interval)
        low = LOWER_SHARE * self.policy.target
        if (
            self.policy.scale_in
            and _all(long, len(long), lambda value: value < low)
            and len(long) == POINTS_BELOW * MINUTE // self.interval
        ):
            return self._fewer(now, current, long)
        return current if lately and lately[-1] is not None else None

    def _more(self, now: float, current: int, points: Points) -> int:
        if now - self.scaled_out_at < self.policy.scale_out_cooldown:
            return current
        value = points[-1] if points[-1] is not None else 0.0
        return max(current + 1, math.ceil(max(current, 1) * value / self.policy.target))

    def _fewer(self, now: float, current: int, points: Points) -> int:
        if now - self.scaled_in_at < self.policy.scale_in_cooldown:
            return current
        largest = max(value for value in points if value is not None)
        return min(current, math.ceil(current * largest / self.policy.target))

    def acted(self, now: float, change: int) -> None:
        """Starts the cooldown of a change that was made."""
        if change > 0:
            self.scaled_out_at = now
        else:
            self.scaled_in_at = now


@dataclass
class Stepper:
    """Applies a step scaling policy."""

    policy: StepScaling
    changed_at: float = -math.inf

    @property
    def interval(self) -> int:
        """Seconds between two looks at the alarm."""
        return self.policy.alarm.metric.period if self.policy.alarm else MINUTE

    def wanted(self, now: float, current: int, read: Read) -> int | None:
        """Returns the capacity that the policy wants now, ``None`` while its alarm is off or its cooldown lasts."""
        alarm = self.policy.alarm
        if alarm is None or now - self.changed_at < self.policy.cooldown:
            return None
        points = read(alarm.metric, alarm.periods)
        if not is_on(alarm, points):
            return None
        value = next((point for point in reversed(points) if point is not None), alarm.threshold)
        step = next((step for step in self.policy.steps if step.lower <= value - alarm.threshold < step.upper), None)
        return None if step is None else self._changed(current, step)

    def _changed(self, current: int, step: Step) -> int:
        if self.policy.adjustment == "ExactCapacity":
            return int(step.change)
        if self.policy.adjustment == "PercentChangeInCapacity":
            change = current * step.change / 100
            return current + (math.ceil(change) if change > 0 else math.floor(change))
        return current + int(step.change)

    def acted(self, now: float, _change: int) -> None:
        """Starts the cooldown of a change that was made."""
        self.changed_at = now


def is_on(alarm: Alarm, points: Points) -> bool:
    """Whether an alarm is on; missing points count as the template says, and otherwise for nothing.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    compare = COMPARISONS[alarm.comparison]
    breaching = [alarm.missing == "breaching" if point is None else compare(point, alarm.threshold) for point in points]
    return sum(breaching) >= alarm.points


def _all(points: Points, count: int, holds: Callable[[float], bool]) -> bool:
    return len(points) >= count > 0 and all(point is not None and holds(point) for point in points)


@dataclass
class Scaler:
    """All policies of one fleet together.

    Args:
        fleet: What is scaled.
    """

    fleet: Fleet
    appliers: list[Tracker | Stepper] = field(init=False)

    def __post_init__(self) -> None:
        self.appliers = [Tracker(policy) if isinstance(policy, TargetTracking) else Stepper(policy) for policy in self.fleet.policies]

    def decide(self, now: int, current: int, read: Read) -> int:
        """Returns the capacity to have from now on."""
        due = [applier for applier in self.appliers if now % applier.interval == 0]
        wishes = [(applier, applier.wanted(now, current, read)) for applier in due]
        given = [(applier, wish) for applier, wish in wishes if wish is not None]
        if not given:
            return current
        most = max(wish for _, wish in given)
        bounded = min(max(most, self.fleet.minimum), self.fleet.maximum)
        if bounded != current:
            for applier, wish in given:
                if (bounded > current and wish > current) or (bounded < current and wish < current):
                    applier.acted(now, bounded - current)
        return bounded


def names(fleet: Fleet) -> set[str]:
    """Returns the metrics that the policies of ``fleet`` look at, by CloudWatch's names."""
    found = {measured(policy.metric) for policy in fleet.policies if isinstance(policy, TargetTracking)}
    return found | {measured(policy.alarm.metric) for policy in fleet.policies if isinstance(policy, StepScaling) and policy.alarm}
