"""What a process prints."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

import pytest

from blueprints.local import processes
from blueprints.local.output import Output


@pytest.fixture
def pipe() -> Iterator[tuple[int, Output]]:
    reading, writing = os.pipe()
    output = Output(os.fdopen(reading, "rb", buffering=0))
    yield writing, output
    with contextlib.suppress(OSError):  # a test has closed it
        os.close(writing)
    output._follower.join(5)


def test_everything_written_so_far_is_taken_once(pipe: tuple[int, Output]) -> None:
    writing, output = pipe
    for text in (b"one\n", b"two \xff\n"):
        os.write(writing, text)
    assert output.take() == "one\ntwo �\n"
    assert output.take() == ""


def test_writers_of_much_are_not_held_up(pipe: tuple[int, Output]) -> None:
    writing, output = pipe
    for _ in range(8):
        os.write(writing, b"a" * 65536)
    assert len(output.take()) == 8 * 65536


def test_what_was_written_last_is_not_lost(pipe: tuple[int, Output]) -> None:
    writing, output = pipe
    os.write(writing, b"the end")
    os.close(writing)
    output._follower.join(5)
    assert output.take() == "the end"
    assert output.take() == ""


def test_files_of_high_numbers_are_followed() -> None:
    processes.allow_open_files(2048)
    reading, writing = os.pipe()
    output = Output(os.fdopen(fcntl.fcntl(reading, fcntl.F_DUPFD_CLOEXEC, 1500), "rb", buffering=0))
    os.close(reading)
    os.write(writing, b"a")
    os.close(writing)
    output._follower.join(5)
    assert not output._follower.is_alive()
    assert output._stream.closed
    assert output.take() == "a"


def test_an_output_needs_a_pipe() -> None:
    with pytest.raises(ValueError, match="stream must be a pipe, got None"):
        Output(None)
