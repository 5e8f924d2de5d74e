"""The process of the embedded AWS."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from blueprints.local import identity, server


def test_the_emulators_listen_on_loopback_only_and_check_every_caller(tmp_path: Path) -> None:
    environment = server.server_environment(4566, tmp_path, "eu-west-1")
    assert (environment["BIND_HOST"], environment["AUTH"], environment["IOT_MTLS_ENABLED"]) == ("127.0.0.1", "true", "0")
    assert environment["GATEWAY_PORT"] == "4566"
    assert environment["TMPDIR"] == str(tmp_path)
    assert environment[identity.REGION_VARIABLE] == "eu-west-1"


def test_as_many_invocations_may_be_under_way_as_in_a_new_account_whatever_the_memory(tmp_path: Path) -> None:
    assert server.server_environment(4566, tmp_path, "eu-west-1")["LAMBDA_ACCOUNT_CONCURRENCY"] == "1000"


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server((identity.LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "blueprints.local.server", "--port", str(port), "--home", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == server.PORT_TAKEN
    assert json.loads(done.stdout) == {"event": "port taken", "port": port}


@pytest.mark.parametrize(("first", "watched"), [(b"", True), (server.DETACH, False)])
def test_the_end_of_the_parent_is_noticed_unless_it_has_let_go(first: bytes, watched: bool) -> None:
    code = "from blueprints.local import server; server._watch_parent(lambda: print('stop'))"
    done = subprocess.run([sys.executable, "-c", code], input=first, capture_output=True, check=True, timeout=30)
    assert (done.stdout == b"stop\n") is watched
