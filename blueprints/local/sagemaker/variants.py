"""The variants of an endpoint while they serve."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from blueprints.local.clients import ClientFactory
from blueprints.local.sagemaker.hosts import Host
from blueprints.local.sagemaker.naming import unservable
from blueprints.local.stand_ins import StandInError

IDLE_SECONDS = 300.0
"""How long a serverless variant keeps its container after a request; AWS doesn't tell how long it does."""


@dataclass
class Variant:
    """One variant of an endpoint.

    Args:
        settings: What the endpoint configuration says of it.
        host: Serves its model; none where inference components serve.
        weight: Its part of the traffic.
        count: How many instances it is said to have.
        role: Clients with the rights of the endpoint configuration's role, where it has one.
    """

    settings: Mapping[str, Any]
    host: Host | None
    weight: float
    count: int
    role: ClientFactory | None = None
    busy: int = 0
    _used: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.settings["VariantName"])

    @property
    def serverless(self) -> Mapping[str, Any] | None:
        """Its serverless settings, if it is."""
        found: Mapping[str, Any] | None = self.settings.get("ServerlessConfig")
        return found

    @property
    def provisioned(self) -> bool:
        """Whether its containers run without requests."""
        return self.serverless is None or bool(self.serverless.get("ProvisionedConcurrency"))

    @contextmanager
    def admitted(self, on_setup: Callable[[float], object]) -> Iterator[None]:
        """Lets a request in; one too many for a serverless variant is throttled.

        Args:
            on_setup: Is told how many seconds a cold start took, if there was one.

        Raises:
            StandInError: ``ThrottlingException``.
        """
        with self._lock:
            if self.serverless and self.busy >= self.serverless["MaxConcurrency"]:
                raise StandInError("ThrottlingException", "Rate exceeded", 429)
            self.busy += 1
        try:
            self._wake(on_setup)
            yield
        finally:
            with self._lock:
                self.busy -= 1
                self._used = time.monotonic()
            if not self.provisioned:
                self._rest_later()

    def _wake(self, on_setup: Callable[[float], object]) -> None:
        """Starts the containers of a serverless variant that had nothing to do."""
        if self.provisioned or self.host is None:
            return
        with self._waking:
            if not self.host.running:
                began = time.perf_counter()
                self.host.start()
                on_setup(time.perf_counter() - began)

    def _rest_later(self) -> None:
        timer = threading.Timer(IDLE_SECONDS, self._rest)
        timer.daemon = True
        timer.start()

    def _rest(self) -> None:
        with self._waking:
            if self.host and not self.busy and time.monotonic() - self._used >= IDLE_SECONDS:
                self.host.stop(keep=True)

    def told(self) -> dict[str, Any]:
        """Returns the variant as ``DescribeEndpoint`` tells it."""
        taken = ("ManagedInstanceScaling", "RoutingConfig", "CapacityReservationConfig")
        more = {name: self.settings[name] for name in taken if name in self.settings}
        if self.serverless:
            serverless = dict(self.serverless)
            return {**self._named(), "CurrentServerlessConfig": serverless, "DesiredServerlessConfig": serverless}
        if "ModelName" not in self.settings and "InitialInstanceCount" not in self.settings:
            return {**self._named(), **more}
        return {**self._named(), "CurrentInstanceCount": self.count, "DesiredInstanceCount": self.count, **more}

    def _named(self) -> dict[str, Any]:
        return {"VariantName": self.name, "CurrentWeight": self.weight, "DesiredWeight": self.weight}


def pick(variants: list[Variant], wanted: str | None) -> Variant:
    """Returns the variant that a request goes to: the one it names, or one by their weights.

    Raises:
        StandInError: There is no variant of that name.
    """
    if wanted:
        found = next((variant for variant in variants if variant.name == wanted), None)
        if found is None:
            raise unservable(f"TargetVariant must be one of {', '.join(variant.name for variant in variants)}, got {wanted}.")
        return found
    weights = [variant.weight for variant in variants]
    return random.choices(variants, weights)[0] if sum(weights) else variants[0]  # noqa: S311 - spreads requests
