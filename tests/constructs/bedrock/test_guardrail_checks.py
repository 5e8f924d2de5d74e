import pytest

from ml_constructs.bedrock.guardrail_checks import check_choice, check_count, check_length


def test_a_choice_is_one_of_those_allowed() -> None:
    check_choice("tier", "CLASSIC", ("CLASSIC", "STANDARD"))
    with pytest.raises(ValueError, match="tier must be one of CLASSIC, STANDARD, got classic"):
        check_choice("tier", "classic", ("CLASSIC", "STANDARD"))
    with pytest.raises(ValueError, match="strength must be NONE, got HIGH"):
        check_choice("strength", "HIGH", ("NONE",))


@pytest.mark.parametrize("length", [1, 5])
def test_a_text_may_be_as_long_as_allowed(length: int) -> None:
    check_length("name", "x" * length, 5)


@pytest.mark.parametrize("length", [0, 6])
def test_a_text_is_neither_empty_nor_too_long(length: int) -> None:
    with pytest.raises(ValueError, match=f"name must have 1 to 5 characters, got {length}"):
        check_length("name", "x" * length, 5)


def test_items_are_counted_and_named_once() -> None:
    check_count("words", ("a", "b"), 1, 2)
    with pytest.raises(ValueError, match="words must be 1 to 2, got 0"):
        check_count("words", (), 1, 2)
    with pytest.raises(ValueError, match="words must be 1 to 2, got 3"):
        check_count("words", ("a", "b", "c"), 1, 2)
    with pytest.raises(ValueError, match="words must be named once, got a more than once"):
        check_count("words", ("a", "a"), 1, 2)
