import pytest

from ml_constructs.bedrock.limits import check_patterns


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
