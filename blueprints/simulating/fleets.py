"""What scales in a template: who serves, between which bounds, and by which policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["real-time", "asynchronous", "serverless", "inference-component"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What a policy looks at.

    Args:
        name: As CloudWatch, or Application Auto Scaling for predefined ones, has it.
        predefined: Whether Application Auto Scaling knows what it is.
        period: Seconds of one data point: 10 for the high-resolution metrics, else 60.
    """

    name: str
    predefined: bool = False
    period: int = 60


@dataclass(frozen=True, kw_only=True)
class TargetTracking:
    """Keeps a metric near a target.

    Args:
        name: Of the policy in the template.
        metric: What is tracked.
        target: Its value by intention.
        scale_in_cooldown: Seconds after a scale-in before the next one.
        scale_out_cooldown: Seconds after a scale-out before the next one.
        scale_in: Whether the policy removes capacity.
    """

    name: str
    metric: Metric
    target: float
    scale_in_cooldown: int
    scale_out_cooldown: int
    scale_in: bool = True


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """When a step scaling policy acts.

    Args:
        metric: What is watched.
        threshold: The limit.
        comparison: As CloudWatch names it.
        periods: Data points that are looked at.
        points: Those of them that have to breach.
        missing: What periods without data count as.
    """

    metric: Metric
    threshold: float
    comparison: str = "GreaterThanOrEqualToThreshold"
    periods: int = 1
    points: int = 1
    missing: str = "missing"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: between which distances from the threshold, and what it changes."""

    lower: float
    upper: float
    change: float


@dataclass(frozen=True, kw_only=True)
class StepScaling:
    """Changes the capacity by steps while an alarm is on.

    Args:
        name: Of the policy in the template.
        alarm: Sets it off; ``None`` when no alarm of the template does.
        adjustment: ``ChangeInCapacity``, ``ExactCapacity`` or ``PercentChangeInCapacity``.
        steps: Its steps.
        cooldown: Seconds after a change before the next one.
    """

    name: str
    alarm: Alarm | None
    adjustment: str
    steps: tuple[Step, ...]
    cooldown: int


Policy = TargetTracking | StepScaling


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """The instances that copies of components share.

    Args:
        minimum: Instances at least.
        maximum: Instances at most.
    """

    minimum: int
    maximum: int


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Something that serves requests and is scaled.

    Args:
        name: Of the endpoint, or of the component.
        kind: How it takes requests.
        endpoint: The endpoint that it belongs to.
        instance_type: What it runs on; ``None`` for serverless ones.
        initial: Instances, copies or provisioned environments when it is deployed.
        minimum: The fewest that it is scaled to; the initial number where nothing scales it.
        maximum: The most.
        policies: What scales it.
        parallel: Requests that one instance or copy works on at once, where the template says so; for serverless ones, the most in all.
        per_instance: Copies that fit on one instance, for components.
        hosts: What components share.
    """

    name: str
    kind: Kind
    endpoint: str
    instance_type: str | None
    initial: int
    minimum: int
    maximum: int
    policies: tuple[Policy, ...] = ()
    parallel: int | None = None
    per_instance: int = 1
    hosts: Hosts | None = None

    @property
    def rested(self) -> int:
        """What it has after a long time without requests."""
        return self.minimum if self.policies else self.initial

    @property
    def unit(self) -> str:
        """What its capacity is counted in."""
        return {"inference-component": "copies", "serverless": "environments"}.get(self.kind, "instances")
