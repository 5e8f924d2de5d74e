"""The clock: requests come, are served and counted, and policies change the capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from blueprints.simulating.autoscaling import MINUTE, Scaler
from blueprints.simulating.capacity import Capacity, StartUp, capacities
from blueprints.simulating.fleets import Fleet
from blueprints.simulating.readings import TICK_SECONDS, Readings
from blueprints.simulating.serving import Line, Pace
from blueprints.simulating.traffic import Traffic

TICKS_A_MINUTE = MINUTE // TICK_SECONDS
IDLE_SECONDS = 15 * MINUTE
"""After so long without a request a fleet may well be scaled in."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the capacity that is wanted.

    Args:
        second: When.
        before: From so much.
        after: To so much.
        idle: Whether there had been no request for a while.
    """

    second: int
    before: int
    after: int
    idle: bool


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What a minute ended with.

    Args:
        minute: Its number, from 0.
        requests: That came in it.
        ready: Capacity that serves.
        desired: Capacity that is wanted.
        instances: Instances that are paid for, those of other components of the endpoint among them.
        backlog: Requests that wait or are worked on.
        failed: Requests that nobody served.
        latency: Seconds that the slowest request took; ``None`` when nobody would have served one.
        busy_seconds: Environments in use, times seconds, for serverless ones.
    """

    minute: int
    requests: float
    ready: int
    desired: int
    instances: int
    backlog: float
    failed: float
    latency: float | None
    busy_seconds: float


@dataclass
class Run:
    """What became of one fleet.

    Args:
        fleet: Which.
        pace: How fast it served.
        minutes: Minute by minute.
        first_request: Second of the first request; ``None`` without any.
        first_served: Second from which there was capacity for it.
        changes: Each change of the capacity that was wanted.
    """

    fleet: Fleet
    pace: Pace
    minutes: list[Minute] = field(default_factory=list)
    first_request: int | None = None
    first_served: int | None = None
    changes: list[Change] = field(default_factory=list)


class _Actor:
    """One fleet at work."""

    def __init__(self, fleet: Fleet, pace: Pace, capacity: Capacity) -> None:
        self.run = Run(fleet, pace)
        self._capacity = capacity
        self._line = Line(fleet, pace)
        self._readings = Readings()
        self._scaler = Scaler(fleet)
        self._debt = self._failed = self._busy_seconds = 0.0
        self._last_request = 0
        self._slowest: float | None = None

    def tick(self, now: int, rate: float) -> None:
        """Serves the requests of a tick, then scales."""
        self._capacity.advance(now)
        arrivals = self._whole(rate * TICK_SECONDS / MINUTE)
        self._notice(now, arrivals)
        served = self._line.serve(arrivals, self._capacity.ready)
        self._readings.publish(served.metrics)
        self._failed += served.failed
        self._slowest = max((each for each in (self._slowest, served.latency) if each is not None), default=None)
        self._busy_seconds += served.backlog * TICK_SECONDS if self.run.fleet.kind == "serverless" else 0.0
        self._scale(now + TICK_SECONDS)
        if (now + TICK_SECONDS) % MINUTE == 0:
            self._close(now // MINUTE, rate, served.backlog)

    def _whole(self, requests: float) -> float:
        """Requests come whole: parts of them are owed to later ticks."""
        self._debt += requests
        arrivals = float(int(self._debt + 1e-9))
        self._debt -= arrivals
        return arrivals

    def _notice(self, now: int, arrivals: float) -> None:
        run = self.run
        if arrivals:
            self._last_request = now
            run.first_request = now if run.first_request is None else run.first_request
        if run.first_request is not None and run.first_served is None and self._serves:
            run.first_served = now

    @property
    def _serves(self) -> bool:
        return self._capacity.ready > 0 or self.run.fleet.kind == "serverless"

    def _scale(self, now: int) -> None:
        capacity = self._capacity
        if not self.run.fleet.policies or not capacity.settled:
            return
        wanted = self._scaler.decide(now, capacity.desired, self._readings.newest)
        if wanted != capacity.desired:
            idle = now - self._last_request >= IDLE_SECONDS
            self.run.changes.append(Change(second=now, before=capacity.desired, after=wanted, idle=idle))
            capacity.want(wanted, now)

    def _close(self, minute: int, requests: float, backlog: float) -> None:
        self.run.minutes.append(
            Minute(
                minute=minute,
                requests=requests,
                ready=self._capacity.ready,
                desired=self._capacity.desired,
                instances=self._capacity.instances,
                backlog=backlog,
                failed=self._failed,
                latency=self._slowest,
                busy_seconds=self._busy_seconds,
            )
        )
        self._failed = self._busy_seconds = 0.0
        self._slowest = None


def simulate(fleets: Sequence[Fleet], paces: Sequence[Pace], traffic: Sequence[Traffic], start_up: StartUp, *, rest: int) -> list[Run]:
    """Lets traffic come to fleets, and then nothing for a while.

    Args:
        fleets: Who serves; those of one endpoint share its instances.
        paces: How fast each serves.
        traffic: What comes to each.
        start_up: How long new capacity takes.
        rest: Minutes without requests afterwards.

    Returns:
        What became of each.
    """
    pools = capacities(fleets, start_up)
    actors = [_Actor(fleet, pace, pool) for fleet, pace, pool in zip(fleets, paces, pools, strict=True)]
    minutes = max(each.minutes for each in traffic) + rest
    for tick in range(minutes * TICKS_A_MINUTE):
        for actor, coming in zip(actors, traffic, strict=True):
            minute = tick // TICKS_A_MINUTE
            actor.tick(tick * TICK_SECONDS, coming.requests[minute] if minute < coming.minutes else 0.0)
    return [actor.run for actor in actors]
