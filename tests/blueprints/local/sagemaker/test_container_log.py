"""What containers print is written as the model's role."""

import pytest

from blueprints.local.sagemaker.container_log import MAX_LINES, ContainerLog
from tests.blueprints.local.serving import Served


def test_lines_are_added_to_one_stream(served: Served) -> None:
    served.aws.logs.create_log_group(logGroupName="/endpoint")
    log = ContainerLog("/endpoint", "AllTraffic", served.aws)
    log.write("a\n\nb")
    log.write("c")
    [(stream, lines)] = served.aws.logs.groups["/endpoint"].items()
    assert stream.startswith("AllTraffic/i-")
    assert lines == ["a", "b", "c"]


def test_a_group_that_lacks_is_made_if_the_role_may(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    ContainerLog("/endpoint", "v", served.aws).write("a")
    assert list(served.aws.logs.groups["/endpoint"].values()) == [["a"]]
    ContainerLog("/closed", "v", served.aws).write("a")
    assert "the log of a container could not be written to /closed" in caplog.text


def test_nothing_is_written_for_nothing(served: Served) -> None:
    ContainerLog("/endpoint", "v", served.aws).write(" \n")
    ContainerLog("", "v", served.aws).write("a")
    assert served.aws.logs.groups == {}


def test_the_last_lines_of_many_are_kept(served: Served) -> None:
    ContainerLog("/endpoint", "v", served.aws).write("a\n" * (MAX_LINES + 1))
    [lines] = served.aws.logs.groups["/endpoint"].values()
    assert len(lines) == MAX_LINES
