import io
import re

import pytest
from rich.console import Console

from blueprints.trying.steps import Steps


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def steps(said: io.StringIO) -> Steps:
    return Steps(Console(file=said, width=80))


def test_a_step_is_told_with_its_time_when_it_is_done(steps: Steps, said: io.StringIO) -> None:
    with steps.step("deploy", "Deploying x", "x deployed"):
        steps.detail("CREATE_COMPLETE [Key]")
    assert re.fullmatch(r"x deployed {38} +\d+\.\d s\n", said.getvalue())
    assert list(steps.seconds) == ["deploy"]


def test_a_step_that_fails_is_not_told_as_done(steps: Steps, said: io.StringIO) -> None:
    with pytest.raises(RuntimeError), steps.step("deploy", "Deploying x", "x deployed"):
        raise RuntimeError
    assert said.getvalue() == ""
    assert steps.seconds == {}


def test_a_detail_outside_of_a_step_is_nobodys(steps: Steps, said: io.StringIO) -> None:
    steps.detail("late news")
    assert said.getvalue() == ""


def test_what_is_said_is_text_and_not_markup(steps: Steps, said: io.StringIO) -> None:
    steps.say("[red]x[/]")
    assert said.getvalue() == "[red]x[/]\n"


def test_progress_counts(steps: Steps) -> None:
    with steps.progress() as progress:
        task = progress.add_task("Documents", total=3)
        progress.update(task, completed=3)
        assert progress.finished
