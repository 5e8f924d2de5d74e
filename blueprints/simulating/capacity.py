"""Capacity that is wanted, started, ready and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from blueprints.simulating.fleets import Fleet, Hosts


@dataclass(frozen=True, kw_only=True)
class StartUp:
    """How long it takes until new capacity serves.

    Args:
        instance_seconds: From the order of an instance until a container on it is ready.
        copy_seconds: Until a copy of a component is loaded, on an instance that runs.
    """

    instance_seconds: float
    copy_seconds: float


@dataclass
class Pool:
    """Things that are ready some time after they were ordered.

    Args:
        ready: Those that are.
        due: When the others will be.
    """

    ready: int
    due: list[float] = field(default_factory=list)

    @property
    def ordered(self) -> int:
        """All of them."""
        return self.ready + len(self.due)

    def order(self, wanted: int, ready_at: float) -> None:
        """Orders what lacks, or removes what is too much: first what isn't ready."""
        self.due += [ready_at] * (wanted - self.ordered)
        excess = self.ordered - wanted
        while excess > 0 and self.due:
            self.due.pop()
            excess -= 1
        self.ready -= max(0, excess)

    def advance(self, now: float) -> None:
        """Takes over what has become ready."""
        arrived = [at for at in self.due if at <= now]
        self.ready += len(arrived)
        self.due = [at for at in self.due if at > now]


class Instances:
    """The instances, or provisioned environments, of one fleet.

    Args:
        fleet: Whose they are.
        start_up: How long they take.
    """

    def __init__(self, fleet: Fleet, start_up: StartUp) -> None:
        self.desired = fleet.rested
        self._pool = Pool(fleet.rested)
        self._start_up = start_up

    @property
    def ready(self) -> int:
        """Those that serve."""
        return self._pool.ready

    @property
    def settled(self) -> bool:
        """Whether no change is under way."""
        return not self._pool.due

    @property
    def instances(self) -> int:
        """Those that are paid for: from the order on, as AWS's bill may begin before they serve."""
        return self._pool.ordered

    def want(self, capacity: int, now: float) -> None:
        """Changes the capacity."""
        self.desired = capacity
        self._pool.order(capacity, now + self._start_up.instance_seconds)

    def advance(self, now: float) -> None:
        """Lets time pass."""
        self._pool.advance(now)


class Copies:
    """The copies of one component, on instances that it shares with others."""

    def __init__(self, fleet: Fleet, hosts: SharedHosts, start_up: StartUp) -> None:
        self.desired = fleet.rested
        self.per_instance = fleet.per_instance
        self._pool = Pool(fleet.rested)
        self._hosts = hosts
        self._start_up = start_up
        hosts.add(self)

    @property
    def ready(self) -> int:
        """Those that serve."""
        return self._pool.ready

    @property
    def settled(self) -> bool:
        """Whether no change is under way; a copy that finds no room is none that is waited for."""
        return not self._pool.due and (self._pool.ready == self.desired or self._hosts.full)

    @property
    def instances(self) -> int:
        """The instances of all components of the endpoint."""
        return self._hosts.pool.ordered

    @property
    def hosts_wanted(self) -> int:
        """The instances that the copies need."""
        return -(-self.desired // self.per_instance)

    def want(self, capacity: int, now: float) -> None:
        """Changes how many copies there should be."""
        self.desired = capacity
        self._hosts.resize(now)
        if capacity < self._pool.ordered:
            self._pool.order(capacity, now)

    def advance(self, now: float) -> None:
        """Loads copies onto the instances that are there."""
        self._hosts.advance(now)
        room = min(self.desired, self._hosts.room_of(self) * self.per_instance)
        if room > self._pool.ordered:
            self._pool.order(room, now + self._start_up.copy_seconds)
        self._pool.advance(now)


class SharedHosts:
    """The instances of an endpoint that components share; each instance has copies of one component, which is more than it takes at most.

    Args:
        bounds: How many there may be.
        start_up: How long they take.
    """

    def __init__(self, bounds: Hosts, start_up: StartUp) -> None:
        self._bounds = bounds
        self._start_up = start_up
        self._tenants: list[Copies] = []
        self.pool = Pool(0)

    def add(self, copies: Copies) -> None:
        """Takes in a component with the copies that it has at the start."""
        self._tenants.append(copies)
        self.pool.ready = self._wanted

    @property
    def _wanted(self) -> int:
        needed = sum(tenant.hosts_wanted for tenant in self._tenants)
        return min(max(needed, self._bounds.minimum), self._bounds.maximum)

    @property
    def full(self) -> bool:
        """Whether no further instance may be had."""
        return self.pool.ready >= self._bounds.maximum

    def resize(self, now: float) -> None:
        """Orders or releases instances for what the components want."""
        self.pool.order(self._wanted, now + self._start_up.instance_seconds)

    def advance(self, now: float) -> None:
        """Lets time pass."""
        self.pool.advance(now)

    def room_of(self, tenant: Copies) -> int:
        """Returns the instances that are there for a component: those before it in the template come first."""
        left = self.pool.ready
        for other in self._tenants:
            share = min(left, other.hosts_wanted)
            if other is tenant:
                return share
            left -= share
        return 0


Capacity = Instances | Copies


def capacities(fleets: Sequence[Fleet], start_up: StartUp) -> list[Capacity]:
    """Returns the capacity of each fleet at the start."""
    shared: dict[str, SharedHosts] = {}
    found: list[Capacity] = []
    for fleet in fleets:
        if fleet.hosts is None:
            found.append(Instances(fleet, start_up))
        else:
            hosts = shared.setdefault(fleet.endpoint, SharedHosts(fleet.hosts, start_up))
            found.append(Copies(fleet, hosts, start_up))
    return found
