"""Runs whole processes and measures them: wall time, and the memory of the process tree."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROC = Path("/proc")
INTERVAL_SECONDS = 0.1


@dataclass(frozen=True)
class Command:
    """A process to measure."""

    arguments: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Measurement:
    """One finished process.

    Args:
        seconds: From start to end.
        written: What it wrote.
        peak_mib: Highest sum over the process tree, in MiB; ``None`` where the system has no /proc or nobody asked.
    """

    seconds: float
    written: str
    peak_mib: float | None = None


def run(command: Command, *, memory: bool = False) -> Measurement:
    """Runs a process to its end.

    Raises:
        RuntimeError: It did not succeed; with what it wrote.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command.arguments,
        cwd=ROOT,
        env={**os.environ, **command.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = _Watch(process.pid) if memory and PROC.is_dir() else None
    written, _ = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{' '.join(command.arguments)} ended with {process.returncode}:\n{written[-3000:]}")
    return Measurement(seconds, written, watch.stop() if watch else None)


class _Watch:
    """Samples the proportional set size (PSS) of a process and everything below it.

    See https://docs.kernel.org/filesystems/proc.html
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Returns the peak in MiB."""
        self._done.set()
        self._thread.join()
        return self._peak / 1024

    def _sample(self) -> None:
        while not self._done.wait(INTERVAL_SECONDS):
            self._peak = max(self._peak, sum(proportional_kib(pid) for pid in tree(self._pid)))


def tree(pid: int) -> list[int]:
    """Returns a process and all below it, as far as they still run."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        for path in PROC.glob(f"{current}/task/*/children"):
            waiting += [int(child) for child in _read(path).split()]
    return found


def proportional_kib(pid: int) -> int:
    """Returns the memory of a process in KiB, what it shares counted by its part."""
    lines = _read(PROC / str(pid) / "smaps_rollup").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
