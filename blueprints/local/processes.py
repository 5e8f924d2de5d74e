"""Ends processes, and removes what they leave."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

STOP_SECONDS = 5.0
CHILDREN_SECONDS = 1.0
"""How long children may take to end before they are killed, and this process with them."""


def allow_open_files(number: int) -> None:
    """Lets this process open so many files and sockets, as far as the system lets it; never fewer than before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def workspace(home: Path, pid: int) -> Path:
    """Returns the directory of the server ``pid``."""
    return home / f"server-{pid}"


def log(home: Path, pid: int) -> Path:
    """Returns the log of the server ``pid``."""
    return home / f"server-{pid}.log"


def remove_workspace(home: Path, pid: int) -> None:
    """Removes the directory of a server that has ended, and keeps its log as ``server.log``."""
    shutil.rmtree(workspace(home, pid), ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        log(home, pid).replace(home / "server.log")


def remove_leavings(home: Path) -> None:
    """Removes what servers left that were killed before they could do it themselves."""
    for path in home.glob("server-*"):
        pid = int(path.name.removeprefix("server-").removesuffix(".log"))
        if not is_alive(pid):
            remove_workspace(home, pid)


def end_group(leader: int, wait: Callable[[float], object]) -> None:
    """Asks the processes of the group to end, and ends by force whatever is still there.

    Args:
        leader: The process that leads the group.
        wait: Waits for its end, for so many seconds at most, or raises ``subprocess.TimeoutExpired``.

    Raises:
        RuntimeError: It does not end.
    """
    _signal_group(leader, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        wait(STOP_SECONDS)
    _signal_group(leader, signal.SIGKILL)
    try:
        wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"process {leader} of the embedded AWS does not end") from None


def end_children() -> None:
    """Ends the other processes of the group that this process leads, and waits until its own children are gone."""
    if os.getpgrp() != os.getpid():
        return
    if threading.current_thread() is threading.main_thread():  # elsewhere the handlers of the event loop are still there
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _signal_group(0, signal.SIGTERM)
    deadline = time.monotonic() + CHILDREN_SECONDS
    with contextlib.suppress(ChildProcessError):  # there are no more
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
        _signal_group(0, signal.SIGKILL)


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # already gone; macOS answers EPERM for a group of zombies
        os.killpg(leader, number)


def wait_for_end(pid: int, seconds: float) -> None:
    """Waits until a process that is not a child of this one has ended.

    Raises:
        subprocess.TimeoutExpired: It has not ended within ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > deadline:
            raise subprocess.TimeoutExpired(str(pid), seconds)
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Tells whether there is a process ``pid`` that has not ended."""
    listing = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listing.stdout.strip()) and not listing.stdout.strip().startswith("Z")


def is_server(pid: int) -> bool:
    """Tells whether ``pid`` is a server of ours, and not a later process with the same number."""
    listing = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "blueprints.local.server" in listing.stdout
