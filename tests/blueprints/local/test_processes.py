"""Processes end, and what they leave is removed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blueprints.local import processes
from tests.waiting import until

SLEEP = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); {SLEEP}"
FAMILY = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print(flush=True); {SLEEP}"
ENDS_ITS_CHILDREN = """
import os, subprocess, sys
from blueprints.local import processes
os.setpgrp()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
processes.end_children()
print(child.pid, flush=True)
"""

OPENS_FILES = """
import resource
from blueprints.local import processes
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (128, {hard}))
for number in (256, 64, 512):
    processes.allow_open_files(number)
    print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def started(code: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    process.stdout.readline() if "print" in code else None
    process.stdout.close()
    return process


def members(group: int) -> str:
    listing = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return "".join(line for line in listing.splitlines() if line.split()[0] == str(group) and "Z" not in line)


def test_a_group_ends_as_a_whole() -> None:
    process = started(FAMILY)
    assert members(process.pid)
    processes.end_group(process.pid, process.wait)
    assert process.returncode == -signal.SIGTERM
    until(lambda: not members(process.pid))  # the kernel takes a moment on a busy machine


def test_who_does_not_listen_is_ended_by_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    process = started(STUBBORN)
    processes.end_group(process.pid, process.wait)
    assert process.returncode == -signal.SIGKILL


def test_a_group_that_does_not_end_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(seconds: float) -> None:
        raise subprocess.TimeoutExpired("a", seconds)

    process = started(SLEEP)
    with pytest.raises(RuntimeError, match=f"process {process.pid} of the embedded AWS does not end"):
        processes.end_group(process.pid, wait)
    process.wait()


def test_a_process_ends_its_children() -> None:
    done = subprocess.run([sys.executable, "-c", ENDS_ITS_CHILDREN], capture_output=True, text=True, check=True, timeout=20)
    assert not processes.is_alive(int(done.stdout))


def test_children_of_others_are_left_alone() -> None:
    assert os.getpgrp() != os.getpid() or pytest.fail("the tests lead a group of their own")
    child = started(SLEEP)
    processes.end_children()
    assert processes.is_alive(child.pid)
    child.kill()
    child.wait()


def test_the_end_of_a_stranger_is_waited_for() -> None:
    process = started(SLEEP)
    with pytest.raises(subprocess.TimeoutExpired):
        processes.wait_for_end(process.pid, 0.1)
    process.kill()
    processes.wait_for_end(process.pid, 5)
    process.wait()


def test_only_servers_are_taken_for_servers() -> None:
    assert not processes.is_server(os.getpid())
    assert not processes.is_server(2**22 - 1)


def test_leavings_of_the_dead_are_removed_and_their_log_is_kept(tmp_path: Path) -> None:
    dead = started("")
    dead.wait()
    for pid in (dead.pid, os.getpid()):
        processes.workspace(tmp_path, pid).mkdir()
        processes.log(tmp_path, pid).write_text(f"log of {pid}")
    processes.remove_leavings(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"server-{os.getpid()}", f"server-{os.getpid()}.log", "server.log"]
    assert (tmp_path / "server.log").read_text() == f"log of {dead.pid}"


@pytest.mark.parametrize(("hard", "allowed"), [("hard", ["256", "256", "512"]), ("300", ["256", "256", "300"])], ids=["free", "limited"])
def test_files_may_be_opened_as_far_as_the_system_allows(hard: str, allowed: list[str]) -> None:
    command = [sys.executable, "-c", OPENS_FILES.format(hard=hard)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    assert [line.split()[0] for line in done.stdout.splitlines()] == allowed


def test_waiting_is_short() -> None:
    started_at = time.monotonic()
    processes.wait_for_end(2**22 - 1, 5)
    assert time.monotonic() - started_at < 1
