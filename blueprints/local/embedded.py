"""Starts and stops the embedded AWS, and leaves nothing behind."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

from blueprints.local import identity, processes, server
from blueprints.local.clients import Clients

if TYPE_CHECKING:
    from types import TracebackType

PROJECT = Path(__file__).resolve().parents[2]
HOME = PROJECT / ".local-aws"
START_SECONDS = 60


class PortTakenError(RuntimeError):
    """Another program listens on the port that the embedded AWS was asked to use."""


class StartError(RuntimeError):
    """The embedded AWS did not start."""


class EmbeddedAws:
    """An AWS inside the process tree of this machine, for as long as the ``with`` block lasts.

    Args:
        port: The port on 127.0.0.1 to listen on, 1 to 65535; a free one unless given.
        home: Where function code, logs and the state of the CDK command line are kept; ``.local-aws`` in the project unless given.
        region: The region that it is.
        plain: Leaves the emulators unadapted, for the tests of the adapter.

    Raises:
        PortTakenError: Another program listens on ``port``.
        StartError: The server ended before it was ready.
    """

    def __init__(
        self, port: int | None = None, home: Path | None = None, *, region: str = identity.DEFAULT_REGION, plain: bool = False
    ) -> None:
        self.home = home or HOME
        self.region = region
        self.port = port or 0
        self.pid = 0
        self._plain = plain
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: Clients | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        processes.remove_leavings(self.home)
        command = [sys.executable, "-m", "blueprints.local.server", "--region", self.region]
        command += ["--port", str(self.port), "--home", str(self.home), *(["--plain"] if self._plain else [])]
        with tempfile.NamedTemporaryFile(dir=self.home, prefix="starting-", suffix=".log", delete=False) as log:
            self._process = subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        self.pid = self._process.pid
        Path(log.name).rename(self.log)
        try:
            self._hear()
        except BaseException:
            self.stop()
            raise

    def _hear(self) -> None:
        """Waits for the server to say that it is ready, or why it is not."""
        output = self._started.stdout
        readable = select.select([output], [], [], START_SECONDS)[0] if output else []
        line = output.readline() if output and readable else b""
        if not line:
            happened = "ended before it was ready" if readable else f"was not ready within {START_SECONDS} seconds"
            raise StartError(f"the embedded AWS {happened}:\n{self._last_words()}")
        news = json.loads(line)
        if news["event"] == server.PORT_TAKEN_EVENT:
            raise PortTakenError(f"port {news['port']} is taken: another program listens on {identity.LOOPBACK}:{news['port']}")
        self.port = news["port"]

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the embedded AWS must be started first")
        return self._process

    @property
    def workspace(self) -> Path:
        """The directory that is removed with the server."""
        return processes.workspace(self.home, self.pid)

    @property
    def log(self) -> Path:
        """What the server has to say; afterwards it is ``server.log``."""
        return processes.log(self.home, self.pid)

    @property
    def endpoint_url(self) -> str:
        """Where the embedded AWS listens."""
        return identity.endpoint_url(self.port)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point the AWS CLI, boto3 and the CDK command line at this AWS and at nothing else."""
        return {
            **identity.administrator(self.port, self.region),
            "CDK_DEFAULT_ACCOUNT": identity.ACCOUNT_ID,
            "CDK_DEFAULT_REGION": self.region,
            "CDK_HOME": str(self.home / "cdk"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        }

    def client(self, service: str) -> Any:
        """Returns a boto3 client of ``service`` with the administrator's rights."""
        if self._clients is None or self._clients.port != self.port:
            self._clients = Clients(self.port, self.region)
        return self._clients.administrator(service)

    def reachable(self, url: str) -> str:
        """Returns where an API deployed here answers that AWS would serve at ``url``, an ``execute-api`` address."""
        address = urlsplit(url)
        path = f"/_aws/execute-api/{address.netloc.partition('.')[0]}{address.path}"
        return urlunsplit(("http", f"{identity.LOOPBACK}:{self.port}", path, address.query, ""))

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
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        processes.end_group(process.pid, process.wait)
        processes.remove_workspace(self.home, process.pid)

    def detach(self) -> Path:
        """Leaves the server running after this process, and returns the file that tells where it is."""
        process, self._process = self._started, None
        if process.stdin and process.stdout:
            process.stdin.write(server.DETACH)
            process.stdin.close()
            process.stdout.close()
        process.returncode = 0  # its end is not this process's business any more
        note = self.home / "running.json"
        note.write_text(json.dumps({"pid": self.pid, "port": self.port, "region": self.region}))
        return note

    @classmethod
    def running(cls, home: Path | None = None) -> EmbeddedAws | None:
        """Returns the embedded AWS that was left running, if there is one."""
        aws = cls(home=home)
        note = aws.home / "running.json"
        left = json.loads(note.read_text()) if note.exists() else None
        if left is None:
            return None
        if not processes.is_server(left["pid"]):
            note.unlink()
            return None
        aws.pid, aws.port, aws.region = left["pid"], left["port"], left["region"]
        return aws

    @classmethod
    def stop_running(cls, home: Path | None = None) -> bool:
        """Ends the embedded AWS that was left running; returns whether there was one."""
        aws = cls.running(home)
        if aws is None:
            return False
        processes.end_group(aws.pid, lambda seconds: processes.wait_for_end(aws.pid, seconds))
        (aws.home / "running.json").unlink(missing_ok=True)
        processes.remove_workspace(aws.home, aws.pid)
        return True
