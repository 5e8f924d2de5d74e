import aws_cdk as cdk
import pytest

from ml_constructs.foundation.checks import check_choice, check_range, check_text


@pytest.mark.parametrize("value", [1, 5.5, 10])
def test_a_number_in_its_range_is_taken(value: float) -> None:
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


def test_what_is_known_at_deployment_is_taken() -> None:
    check_text("url", cdk.Aws.REGION, r"https://\w", "an address")
    check_range("size", cdk.Token.as_number(cdk.Fn.ref("Size")), 1, 10)
