"""What happens to requests: queues, failures, and the metrics that SageMaker publishes about them.

Requests are a fluid: an instance serves ``parallel / service_seconds`` of them a second. What is published follows the pages named in
``published``; a variant without traffic publishes zeros, by which it is scaled in
(https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html). While there are no instances, the backlog of an
asynchronous endpoint isn't divided, by which the endpoint leaves zero once more requests wait than the target
(https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blueprints.simulating import published
from blueprints.simulating.fleets import Fleet
from blueprints.simulating.readings import TICK_SECONDS

PATIENCE_SECONDS = 60
"""How long a real-time request may take: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""


NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast requests are served.

    Args:
        service_seconds: What one request takes.
        parallel: Requests that one instance, copy or environment works on at once.
    """

    service_seconds: float
    parallel: float

    @property
    def per_second(self) -> float:
        """Requests a second that one instance, copy or environment serves."""
        return self.parallel / self.service_seconds


@dataclass(frozen=True, kw_only=True)
class Served:
    """One tick.

    Args:
        backlog: Requests that wait or are worked on at its end.
        failed: Requests that nobody served.
        latency: Seconds that a request of now takes; ``None`` when nobody would serve it.
        busy: Share of the capacity in use.
        metrics: What is published.
    """

    backlog: float
    failed: float
    latency: float | None
    busy: float
    metrics: Mapping[str, float | None]


@dataclass
class Line:
    """Serves requests in the order of their arrival.

    Args:
        fleet: Who serves.
        pace: How fast.
    """

    fleet: Fleet
    pace: Pace
    waiting: float = 0.0
    waited: float = 0.0

    def serve(self, arrivals: float, capacity: int) -> Served:
        """Serves the requests of a tick with so many instances, copies or environments."""
        if self.fleet.kind == "asynchronous":
            return self._queued(arrivals, capacity)
        if self.fleet.kind == "serverless":
            return self._serverless(arrivals, capacity)
        return self._at_once(arrivals, capacity)

    def _worked_off(self, arrivals: float, capacity: int) -> tuple[float, float]:
        """Returns the requests served and the share of the capacity that it took."""
        possible = capacity * self.pace.per_second * TICK_SECONDS
        served = min(self.waiting + arrivals, possible)
        self.waiting = max(0.0, self.waiting + arrivals - served)
        if self.waiting < NOTHING:
            self.waiting = 0.0
        return served, served / possible if possible else 0.0

    def _at_once(self, arrivals: float, capacity: int) -> Served:
        copies = self.fleet.kind == "inference-component"
        if not capacity:
            refused = {published.NO_CAPACITY: arrivals or None} if copies else {}
            return Served(backlog=0.0, failed=arrivals, latency=None, busy=0.0, metrics=refused)
        served, busy = self._worked_off(arrivals, capacity)
        most = capacity * self.pace.per_second * PATIENCE_SECONDS
        failed, self.waiting = max(0.0, self.waiting - most), min(self.waiting, most)
        in_flight = self.waiting + served / TICK_SECONDS * self.pace.service_seconds
        invocations = published.INVOCATIONS_PER_COPY if copies else published.INVOCATIONS_PER_INSTANCE
        concurrent = published.CONCURRENT_PER_COPY if copies else published.CONCURRENT_PER_MODEL
        metrics: dict[str, float | None] = {invocations: arrivals / capacity, concurrent: in_flight / capacity}
        metrics |= dict.fromkeys(published.UTILISATION, 100 * busy)
        wait = self.waiting / (capacity * self.pace.per_second)
        return Served(backlog=in_flight, failed=failed, latency=self.pace.service_seconds + wait, busy=busy, metrics=metrics)

    def _queued(self, arrivals: float, capacity: int) -> Served:
        served, busy = self._worked_off(arrivals, capacity)
        backlog = self.waiting + (served / TICK_SECONDS * self.pace.service_seconds if self.waiting == 0 else capacity * self.pace.parallel)
        before, self.waited = self.waited, self.waited + TICK_SECONDS if self.waiting and not capacity else 0.0
        wait = before + self.waiting / (capacity * self.pace.per_second) if capacity else self.waited
        metrics = {
            published.BACKLOG: backlog,
            published.BACKLOG_PER_INSTANCE: backlog / max(capacity, 1),
            published.STRANDED: float(self.waiting > 0 and not capacity),
            published.OLDEST: wait,
        }
        latency = None if self.waiting and not capacity else self.pace.service_seconds + wait
        return Served(backlog=backlog, failed=0.0, latency=latency, busy=busy, metrics=metrics)

    def _serverless(self, arrivals: float, provisioned: int) -> Served:
        wanted = arrivals / TICK_SECONDS * self.pace.service_seconds
        most = float(self.fleet.parallel or 1)
        used = min(wanted, most)
        failed = (wanted - used) / wanted * arrivals if wanted else 0.0
        use = min(1.0, used / provisioned) if provisioned else None
        return Served(
            backlog=used,
            failed=failed,
            latency=self.pace.service_seconds if used or not wanted else None,
            busy=used / most,
            metrics={published.PROVISIONED_USE: use},
        )
