"""Starts and stops the embedded AWS, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.request import urlopen

from blueprints.local import identity, server

if TYPE_CHECKING:
    from types import TracebackType

PROJECT = Path(__file__).resolve().parents[2]
HOME = PROJECT / ".local-aws"
START_SECONDS = 30
STOP_SECONDS = 5


class PortTakenError(RuntimeError):
    """Another program listens on the port that the embedded AWS was asked to use."""


class StartError(RuntimeError):
    """The embedded AWS did not start."""


class EmbeddedAws:
    """An AWS inside the process tree of this machine, for as long as the ``with`` block lasts.

    Args:
        port: The port on 127.0.0.1 to listen on, 1 to 65535; a free one unless given.
        home: Where logs, function code and the state of the CDK command line are kept.
        plain: Leaves the emulators unadapted, for the tests of the adapter.

    Raises:
        PortTakenError: Another program listens on ``port``.
        StartError: The server ended before it was ready.
    """

    def __init__(self, port: int | None = None, home: Path | None = None, *, plain: bool = False) -> None:
        self.home = home or HOME
        self.log = self.home / "server.log"
        self._asked_port = port
        self._plain = plain
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.pid = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        remove_dead_workspaces(self.home)
        command = [sys.executable, "-m", "blueprints.local.server", "--port", str(self._asked_port or 0), "--home", str(self.home)]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command + ["--plain"] * self._plain,
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._take(self._news())
        except BaseException:
            self.stop()
            raise

    def _news(self) -> dict[str, Any]:
        output = self._running.stdout
        readable, _, _ = select.select([output], [], [], START_SECONDS)
        line = output.readline() if output and readable else b""
        if not line:
            happened = "ended before it was ready" if readable else f"was not ready within {START_SECONDS} seconds"
            raise StartError(f"the embedded AWS {happened}:\n{self._tail()}")
        news: dict[str, Any] = json.loads(line)
        return news

    def _take(self, news: dict[str, Any]) -> None:
        if news["event"] == "port taken":
            raise PortTakenError(f"port {news['port']} is taken: another program listens on {identity.LOOPBACK}:{news['port']}")
        self.port, self.pid = news["port"], self._running.pid

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the embedded AWS is not running in this process")
        return self._process

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    @property
    def endpoint_url(self) -> str:
        """Where the embedded AWS listens."""
        return identity.endpoint_url(self.port)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point the AWS CLI, boto3 and the CDK command line at this AWS and at nothing else."""
        return {
            **identity.administrator(self.port),
            "CDK_DEFAULT_ACCOUNT": identity.ACCOUNT_ID,
            "CDK_DEFAULT_REGION": identity.REGION,
            "CDK_HOME": str(self.home / "cdk"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        }

    def client(self, service: str) -> Any:
        """Returns a boto3 client of ``service`` with the administrator's rights."""
        from blueprints.local.clients import Clients

        return Clients(self.port).administrator(service)

    def report(self) -> dict[str, Any]:
        """Returns who answered which call and what became of each resource so far."""
        with urlopen(f"{self.endpoint_url}/_local/report") as answer:  # noqa: S310 - loopback
            report: dict[str, Any] = json.load(answer)
        return report

    def stop(self) -> None:
        """Ends the server and everything that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        if process.stdout:
            process.stdout.close()
        end_group(process.pid, wait=lambda seconds: process.wait(seconds))
        shutil.rmtree(self.home / f"server-{process.pid}", ignore_errors=True)

    def detach(self) -> Path:
        """Leaves the server running after this process and returns the file that tells where it is."""
        process, self._process = self._running, None
        for pipe in (process.stdin, process.stdout):
            if pipe:
                if pipe is process.stdin:
                    pipe.write(server.DETACH)
                pipe.close()
        process.returncode = 0  # its end is not this process's business any more
        running = self.home / "running.json"
        running.write_text(json.dumps({"pid": self.pid, "port": self.port}))
        return running

    @classmethod
    def running(cls, home: Path | None = None) -> EmbeddedAws | None:
        """Returns the embedded AWS that was left running, if there is one."""
        aws = cls(home=home)
        try:
            left = json.loads((aws.home / "running.json").read_text())
        except FileNotFoundError:
            return None
        if not _is_server(left["pid"]):
            (aws.home / "running.json").unlink()
            return None
        aws.pid, aws.port = left["pid"], left["port"]
        return aws

    @classmethod
    def stop_running(cls, home: Path | None = None) -> bool:
        """Ends the embedded AWS that was left running; returns whether there was one."""
        aws = cls.running(home)
        if aws is None:
            return False
        end_group(aws.pid, wait=lambda seconds: _wait_for_end(aws.pid, seconds))
        (aws.home / "running.json").unlink(missing_ok=True)
        shutil.rmtree(aws.home / f"server-{aws.pid}", ignore_errors=True)
        return True


def end_group(leader: int, *, wait: Any) -> None:
    """Asks the processes of the group to end, and ends by force whatever is still there."""
    _signal_group(leader, signal.SIGTERM)
    try:
        wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal_group(leader, signal.SIGKILL)
    try:
        wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"process {leader} of the embedded AWS does not end") from None


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # already gone; macOS answers EPERM for a group of zombies
        os.killpg(leader, number)


def _wait_for_end(pid: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _is_alive(pid):
        if time.monotonic() > deadline:
            raise subprocess.TimeoutExpired(str(pid), seconds)
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_server(pid: int) -> bool:
    """Tells whether ``pid`` is a server of ours and not a later process with the same number."""
    listing = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "blueprints.local.server" in listing.stdout


def remove_dead_workspaces(home: Path) -> None:
    """Removes the working directories of servers that were killed before they could do it themselves."""
    for workspace in home.glob("server-*/"):
        if not _is_alive(int(workspace.name.removeprefix("server-"))):
            shutil.rmtree(workspace, ignore_errors=True)
