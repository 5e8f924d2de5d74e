"""The embedded AWS starts, and ends with everything that it started."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from blueprints.local import identity, processes
from blueprints.local.embedded import EmbeddedAws, PortTakenError, StartError
from tests.waiting import until

# Runs a function that takes a minute, so that there are workers when the end comes.
PARENT = """
import json, signal, sys, threading, time
from pathlib import Path

signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have what they start in the background ignore it
from blueprints.local.embedded import EmbeddedAws
from tests.local import raw

with EmbeddedAws(home=Path(sys.argv[1])) as aws:
    resources = {"Role": raw.role("lambda.amazonaws.com"), "Function": raw.function("Role", sys.argv[2], Timeout=60)}
    name = raw.deploy(aws, "busy", resources, {"Name": raw.ref("Function")})["Name"]
    for _ in range(2):
        aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    print(aws.pid, aws.port, flush=True)
    time.sleep(120)
"""
BUSY = "import time, pathlib\\ndef handler(event, context):\\n    pathlib.Path('{}').touch()\\n    time.sleep(60)\\n"


def group(pid: int) -> list[str]:
    """The commands of the processes in the group that ``pid`` leads."""
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    return [row[2] for row in rows if row[0] == str(pid) and not row[1].startswith("Z")]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((identity.LOOPBACK, port)) != 0


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """A parent whose embedded AWS runs functions; its pid, the server's and the port."""
    marker = tmp_path / "running"
    command = [sys.executable, "-c", PARENT, str(tmp_path / "home"), BUSY.replace("\\n", "\n").format(marker)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stdout is not None
    pid, port = map(int, parent.stdout.readline().split())
    until(marker.exists)
    yield parent, pid, port
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    parent.kill()
    parent.wait()
    parent.stdout.close()


ENDS: dict[str, Callable[[subprocess.Popen[str]], None]] = {
    "the parent is interrupted": lambda parent: parent.send_signal(signal.SIGINT),
    "the parent is killed": lambda parent: parent.kill(),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_nothing_is_left_when(busy: tuple[subprocess.Popen[str], int, int], end: Callable[..., None], tmp_path: Path) -> None:
    parent, pid, port = busy
    assert any("function_launcher" in command for command in group(pid))
    end(parent)
    until(lambda: not group(pid))
    assert is_free(port)
    assert not processes.workspace(tmp_path / "home", pid).exists()


def test_it_answers_on_the_port_that_was_asked_for_and_leaves_it(tmp_path: Path) -> None:
    with socket.create_server((identity.LOOPBACK, 0)) as reserved:
        port = reserved.getsockname()[1]
    started = time.monotonic()
    with EmbeddedAws(port, tmp_path, region="eu-west-1") as aws:
        assert time.monotonic() - started < 15
        assert aws.endpoint_url == f"http://127.0.0.1:{port}"
        assert aws.client("sts").get_caller_identity()["Account"] == identity.ACCOUNT_ID
        topic = aws.client("sns").create_topic(Name="a")["TopicArn"]
        assert topic.startswith("arn:aws:sns:eu-west-1:")
        assert aws.report()["summary"]["calls"] == {"real": 2}
        assert aws.workspace.is_dir()
    assert is_free(port)
    assert not aws.workspace.exists()
    assert (tmp_path / "server.log").exists()


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server((identity.LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} is taken"), EmbeddedAws(port, tmp_path):
            pass


def test_a_server_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ministack'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(StartError, match=r"ended before it was ready:[\s\S]*import of ministack halted"):
        EmbeddedAws(home=tmp_path / "home").start()


def listeners(pid: int) -> dict[int, str]:
    """The addresses that a process listens on, by port. The kernel's table may leave rows out while other sockets come and go."""
    descriptors = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    sockets = {name.removeprefix("socket:[").rstrip("]") for name in descriptors if name.startswith("socket:")}
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    bound = [row[1].partition(":") for row in rows if row[3] == "0A" and row[9] in sockets]
    return {int(port, 16): address for address, _, port in bound}


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with EmbeddedAws(home=tmp_path) as aws:
        found: dict[int, str] = {}
        for _ in range(20):
            found |= listeners(aws.pid)
        assert aws.port in found
        assert set(found.values()) == {"0100007F"}


def test_it_can_outlive_the_process_that_started_it(tmp_path: Path) -> None:
    assert EmbeddedAws.running(tmp_path) is None
    assert EmbeddedAws.stop_running(tmp_path) is False
    code = "import sys\nfrom pathlib import Path\nfrom blueprints.local.embedded import EmbeddedAws\n"
    code += "aws = EmbeddedAws(home=Path(sys.argv[1]))\naws.start()\naws.detach()\n"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=60)
    left = EmbeddedAws.running(tmp_path)
    assert left is not None
    with urlopen(f"{left.endpoint_url}/_local/report") as answer:  # noqa: S310
        assert answer.status == 200
    assert left.environment["AWS_ENDPOINT_URL"] == left.endpoint_url
    assert EmbeddedAws.stop_running(tmp_path) is True
    assert not group(left.pid)
    assert not (tmp_path / "running.json").exists()
    assert EmbeddedAws.running(tmp_path) is None


def test_a_note_about_a_server_that_is_gone_is_removed(tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text('{"pid": 4194303, "port": 1, "region": "us-east-1"}')
    assert EmbeddedAws.running(tmp_path) is None
    assert not (tmp_path / "running.json").exists()


def test_the_environment_keeps_the_command_line_at_home(tmp_path: Path) -> None:
    environment = EmbeddedAws(4566, tmp_path, region="eu-west-1").environment
    assert environment["CDK_HOME"] == str(tmp_path / "cdk")
    assert environment["CDK_DISABLE_CLI_TELEMETRY"] == "true"
    assert environment["CDK_DEFAULT_REGION"] == "eu-west-1"


def test_addresses_of_apis_are_reachable_here() -> None:
    aws = EmbeddedAws(4566)
    url = "https://abc123.execute-api.us-east-1.amazonaws.com/v1/reviews?status=OPEN"
    assert aws.reachable(url) == "http://127.0.0.1:4566/_aws/execute-api/abc123/v1/reviews?status=OPEN"


def test_it_has_to_be_started_to_be_let_go() -> None:
    with pytest.raises(RuntimeError, match="must be started first"):
        EmbeddedAws().detach()
