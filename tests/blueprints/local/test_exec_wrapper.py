"""Where wrapper scripts are, and what they get."""

import subprocess
from pathlib import Path

import pytest

from blueprints.local import exec_wrapper


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """The directories of a function, of a layer and of the runtime."""
    found = [tmp_path / "task", tmp_path / "layer" / "python", tmp_path / "runtime"]
    for path in found:
        path.mkdir(parents=True)
    (tmp_path / "task" / "wrap").touch()
    (tmp_path / "layer" / "wrap").touch()
    return found


@pytest.mark.parametrize(("wrapper", "place"), [("/var/task/wrap", "task/wrap"), ("/opt/wrap", "layer/wrap"), ("/opt/none", "task/none")])
def test_wrappers_come_with_the_function_or_with_a_layer(tmp_path: Path, paths: list[Path], wrapper: str, place: str) -> None:
    script, interpreter, *rest = exec_wrapper.command(wrapper, paths, tmp_path, ["bootstrap"])
    assert (script, interpreter, rest) == (str(tmp_path / place), str(tmp_path / "python"), ["bootstrap"])


def test_the_interpreter_finds_what_the_paths_hold_and_ends_with_its_input(tmp_path: Path, paths: list[Path]) -> None:
    (paths[1] / "brought.py").write_text("text = 'layer'")
    interpreter = exec_wrapper.command("/var/task/wrap", paths, tmp_path, [])[1]
    code = "import brought, time; print(brought.text, flush=True); time.sleep(30)"
    with subprocess.Popen(
        [interpreter, "-c", code], env=exec_wrapper.variables(paths), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"layer\n"
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == -9
