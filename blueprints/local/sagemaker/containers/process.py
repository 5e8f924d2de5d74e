"""The process of a container: started with little, heard, and ended."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blueprints.local.output import Output
from blueprints.local.sagemaker.containers import server

PROJECT = Path(__file__).resolve().parents[4]
BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from blueprints.local.sagemaker.containers.server import main; main()"
START_SECONDS = 60.0
STOP_SECONDS = 2.0
LAST_WORDS = 2000


class ContainerStartError(RuntimeError):
    """The container ended before it was ready: its model can't be loaded."""


class ContainerProcess:
    """A running container; it ends with the process that started it.

    Args:
        arguments: What ``server.py`` is told.
        environment: The environment variables of the container definition; it gets no others but ``PATH`` and the like.

    Raises:
        ContainerStartError: It ended instead of getting ready, or took over ``START_SECONDS``.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        started = time.perf_counter()
        base = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", BOOT, str(PROJECT), *arguments],
            env={"LANG": "C.UTF-8", **base, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self.pid = self._process.pid
        self._output = Output(self._process.stderr)
        try:
            self.port = self._hear()
        except BaseException:
            self.end()
            raise
        self.start_seconds = time.perf_counter() - started

    def _hear(self) -> int:
        """Waits for the process to say on which port it listens, or why it does not."""
        output = self._process.stdout
        if output is None:
            raise ContainerStartError("the container has no standard output")
        with output:
            news = select.poll()
            news.register(output, select.POLLIN)
            readable = news.poll(START_SECONDS * 1000)
            line = output.readline() if readable else b""
        if not line:
            happened = "ended before it was ready" if readable else f"was not ready within {START_SECONDS:g} seconds"
            raise ContainerStartError(f"the container {happened}: {self.log()[-LAST_WORDS:]}")
        said: dict[str, Any] = json.loads(line)
        if said["event"] == server.FAILED:
            raise ContainerStartError(said["message"])
        return int(said["port"])

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> int | None:
        """Returns the exit status, if the process ends within so many seconds."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def log(self) -> str:
        """Returns what it printed since the last call."""
        return self._output.take()

    def end(self) -> None:
        """Ends the process, by force if need be."""
        if self._process.stdin:
            self._process.stdin.close()
        if self.wait(STOP_SECONDS) is None:
            self._process.kill()
            self._process.wait()
