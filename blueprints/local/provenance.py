"""Who answered what: every resource, call and answer of the embedded AWS says how real it is."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

REAL = "real"
"""Answered by an emulator with the service's semantics, or by the project's own code."""
STORED_ONLY = "stored only"
"""Kept and given back as it was written; it has no effect."""
NOT_IMPLEMENTED = "not implemented"
"""Refused, because nobody here can do it."""

EXISTS = "exists"
DELETION_FAILED = "deletion failed"
STATES = {
    "CREATE_COMPLETE": EXISTS,
    "UPDATE_COMPLETE": EXISTS,
    "IMPORT_COMPLETE": EXISTS,
    "CREATE_FAILED": "creation failed",
    "UPDATE_FAILED": "update failed",
    "DELETE_COMPLETE": "deleted",
    "DELETE_SKIPPED": "retained",
    "DELETE_FAILED": DELETION_FAILED,
}
"""What the status of a stack event says about the resource; the others say nothing new."""

HEADER = "x-local-provenance"
"""The response header that carries the provenance."""


def stand_in(name: str) -> str:
    """Returns the provenance of what the program ``name`` answers in place of AWS."""
    return f"stand-in {name}"


@dataclass
class Resource:
    """One resource of a stack.

    Args:
        stack: The stack's name.
        logical_id: The resource's id in the template.
        type: CloudFormation's name of its type.
        physical_id: What ``Ref`` gives.
        provenance: How real it is.
        state: One of the values of ``STATES``.
        reason: Why the last operation failed.
    """

    stack: str
    logical_id: str
    type: str
    physical_id: str
    provenance: str
    state: str = EXISTS
    reason: str = ""


class Ledger:
    """Remembers the provenance of calls, resources and function runs for as long as the server lives."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str, str, bool]] = Counter()
        self._runs: Counter[tuple[str, str, bool]] = Counter()
        self._resources: dict[tuple[str, str], Resource] = {}

    def note_call(self, service: str, operation: str, provenance: str, status: int) -> None:
        """Counts one call with its HTTP status."""
        with self._lock:
            self._calls[service, operation, provenance, status >= 400] += 1

    def note_run(self, function: str, runtime: str, *, failed: bool) -> None:
        """Counts one run of a deployed function."""
        with self._lock:
            self._runs[function, runtime, failed] += 1

    def note_event(self, resource: Resource, status: str, reason: str) -> None:
        """Takes a stack event, ``CREATE_COMPLETE`` for example, and what it says about the resource."""
        state = STATES.get(status)
        if state is None:
            return
        with self._lock:
            noted = self._resources.setdefault((resource.stack, resource.logical_id), resource)
            noted.state, noted.reason = state, reason
            if state == EXISTS:
                noted.physical_id, noted.provenance = resource.physical_id, resource.provenance

    def report(self) -> dict[str, Any]:
        """Returns everything noted so far, ready for JSON."""
        with self._lock:
            return {
                "calls": self._call_rows(),
                "functions": self._run_rows(),
                "resources": [asdict(resource) for resource in self._resources.values()],
                "summary": self._summary(),
            }

    def _call_rows(self) -> list[dict[str, Any]]:
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for (service, operation, provenance, failed), count in self._calls.items():
            row = rows.setdefault(
                (service, operation, provenance),
                {"service": service, "operation": operation, "provenance": provenance, "count": 0, "failed": 0},
            )
            row["count"] += count
            row["failed"] += count * failed
        return [rows[key] for key in sorted(rows)]

    def _run_rows(self) -> list[dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for (function, runtime, failed), count in self._runs.items():
            row = rows.setdefault(function, {"name": function, "runtime": runtime, "provenance": REAL, "count": 0, "failed": 0})
            row["count"] += count
            row["failed"] += count * failed
        return [rows[name] for name in sorted(rows)]

    def _summary(self) -> dict[str, dict[str, int]]:
        calls: Counter[str] = Counter()
        for (_, _, provenance, _), count in self._calls.items():
            calls[provenance] += count
        resources = Counter(resource.provenance for resource in self._resources.values())
        return {"calls": dict(calls), "resources": dict(resources)}
