from blueprints.trying.checks import Check


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
