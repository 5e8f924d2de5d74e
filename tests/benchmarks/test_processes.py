import os
import sys

import pytest

from benchmarks.processes import PROC, Command, proportional_kib, run, tree


def python(code: str) -> Command:
    return Command([sys.executable, "-c", code], {"GREETING": "hello"})


def test_a_process_is_timed_and_its_output_kept() -> None:
    done = run(python("import os; print(os.environ['GREETING'])"))
    assert done.written == "hello\n"
    assert done.seconds > 0
    assert done.peak_mib is None


def test_a_process_that_fails_is_an_error_with_what_it_wrote() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)ended with 3:.*too bad"):
        run(python("import sys; print('too bad'); sys.exit(3)"))


def test_memory_is_that_of_the_whole_tree() -> None:
    child = "import time; held = bytearray(60_000_000); time.sleep(0.5)"
    done = run(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"), memory=True)
    assert (57 < done.peak_mib < 200) if done.peak_mib else not PROC.is_dir()


def test_a_process_belongs_to_its_own_tree() -> None:
    assert tree(os.getpid())[0] == os.getpid()


def test_a_process_that_is_gone_has_no_memory() -> None:
    assert proportional_kib(2**22 + 1) == 0
