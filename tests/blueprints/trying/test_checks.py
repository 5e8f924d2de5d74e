import io

from rich.console import Console

from blueprints.trying.checks import Check, tried
from blueprints.trying.steps import Steps


def test_a_check_passes_as_long_as_everything_holds() -> None:
    check = Check("Tried")
    check.must(True, "it must be so")
    assert (check.passed, check.wrong) == (True, [])


def test_all_that_does_not_hold_is_noted() -> None:
    check = Check("Tried")
    check.must(False, "it must be so")
    check.must(True, "it must be otherwise")
    check.must(False, "it must be there")
    assert (check.passed, check.wrong) == (False, ["it must be so", "it must be there"])


def test_a_step_that_fails_is_noted_and_the_next_is_tried() -> None:
    def failing(_: Check) -> None:
        raise LookupError("it isn't there")

    lines = io.StringIO()
    checks = tried([("First", failing), ("Second", lambda check: check.must(True, "it must be so"))], Steps(Console(file=lines, width=200)))
    assert [(check.name, check.passed) for check in checks] == [("First", False), ("Second", True)]
    assert checks[0].wrong == ["it must not fail, got LookupError: it isn't there"]
    assert "WRONG First" in lines.getvalue()
