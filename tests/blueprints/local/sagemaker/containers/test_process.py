"""The process of a container is heard, and is never left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blueprints.local import processes
from blueprints.local.sagemaker.containers import process as module
from blueprints.local.sagemaker.containers.process import ContainerProcess, ContainerStartError

READY = 'print(json.dumps({"event": "ready", "port": 1}), flush=True)'


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Lets a few lines run in place of a container."""
    monkeypatch.setattr(module, "BOOT", f"import json, os, sys, time; {READY}; sys.stdin.read()")
    return monkeypatch


def test_a_process_tells_its_port_and_how_long_it_took(boot: pytest.MonkeyPatch) -> None:
    started = ContainerProcess([], {})
    assert (started.port, started.is_alive) == (1, True)
    assert started.start_seconds > 0
    started.end()
    assert not started.is_alive


def test_a_process_has_the_environment_of_its_definition_and_no_credentials(boot: pytest.MonkeyPatch) -> None:
    boot.setattr(module, "BOOT", f"import json, os, sys; sys.stderr.write(' '.join(sorted(os.environ))); {READY}; sys.stdin.read()")
    started = ContainerProcess([], {"HF_MODEL_ID": "x"})
    started.end()
    names = set(started.log().split())
    assert {"HF_MODEL_ID", "PATH"} <= names
    assert [name for name in names if name.startswith("AWS_")] == []


def test_a_process_that_ends_says_its_last_words(boot: pytest.MonkeyPatch) -> None:
    boot.setattr(module, "BOOT", "import sys; sys.exit('no such thing')")
    with pytest.raises(ContainerStartError, match="ended before it was ready"):
        ContainerProcess([], {})


def test_a_model_that_can_not_be_loaded_says_why(boot: pytest.MonkeyPatch) -> None:
    boot.setattr(module, "BOOT", 'import json; print(json.dumps({"event": "failed", "message": "ValueError: broken"}), flush=True)')
    with pytest.raises(ContainerStartError, match="ValueError: broken"):
        ContainerProcess([], {})


def test_a_process_that_says_nothing_is_ended(boot: pytest.MonkeyPatch) -> None:
    boot.setattr(module, "BOOT", "import sys; sys.stdin.read()")
    boot.setattr(module, "START_SECONDS", 0.1)
    with pytest.raises(ContainerStartError, match=r"was not ready within 0\.1 seconds"):
        ContainerProcess([], {})


def test_a_process_that_does_not_want_to_end_is_killed(boot: pytest.MonkeyPatch) -> None:
    boot.setattr(module, "BOOT", f"import json, time; {READY}; time.sleep(60)")
    boot.setattr(module, "STOP_SECONDS", 0.1)
    started = ContainerProcess([], {})
    started.end()
    assert not processes.is_alive(started.pid)


@pytest.mark.long
def test_a_container_ends_with_the_process_that_started_it(root: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(root)!r})
from blueprints.local.sagemaker.containers.process import ContainerProcess
started = ContainerProcess(["language-model", {str(root / "samples/models/support-replies")!r}], {{}})
print(started.pid, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert processes.is_alive(pid)
        os.kill(parent.pid, 9)
    processes.wait_for_end(pid, 5)
