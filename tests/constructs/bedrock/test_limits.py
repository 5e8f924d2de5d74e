import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.limits import check_choice, check_patterns, check_range, check_text


@pytest.mark.parametrize("value", [1, 5, 10])
def test_a_number_in_its_range_is_taken(value: int) -> None:
    check_range("size", value, 1, 10)


@pytest.mark.parametrize("value", [0, 11])
def test_a_number_outside_of_its_range_is_named_with_the_range(value: int) -> None:
    with pytest.raises(ValueError, match=f"size must be from 1 to 10, got {value}"):
        check_range("size", value, 1, 10)


def test_a_choice_is_one_of_those_allowed() -> None:
    check_choice("scope", "B", ("A", "B"))
    with pytest.raises(ValueError, match="scope must be one of A, B, got 'C'"):
        check_choice("scope", "C", ("A", "B"))


def test_a_text_matches_as_a_whole() -> None:
    check_text("url", "https://a", r"https://\w", "an address")
    with pytest.raises(ValueError, match="url must be an address, got 'https://a '"):
        check_text("url", "https://a ", r"https://\w", "an address")


def test_a_text_that_is_known_at_deployment_is_taken() -> None:
    check_text("url", cdk.Aws.REGION, r"https://\w", "an address")


def test_as_many_and_as_long_patterns_as_bedrock_takes_are_taken() -> None:
    check_patterns("include", ["x" * 1000] * 25)


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        (["x"] * 26, "include must be at most 25 patterns, got 26"),
        (["x" * 1001], "a pattern of include must have 1 to 1000 characters, got 1001"),
        ([""], "a pattern of include must have 1 to 1000 characters, got 0"),
    ],
)
def test_more_or_longer_patterns_are_refused(patterns: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_patterns("include", patterns)
