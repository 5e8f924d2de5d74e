"""Checks of values against what Amazon Bedrock takes."""

from collections.abc import Sequence

from ml_constructs.foundation.checks import check_choice, check_range, check_text

__all__ = ["MAX_PATTERNS", "MAX_PATTERN_LENGTH", "check_choice", "check_patterns", "check_range", "check_text"]

MAX_PATTERNS = 25
MAX_PATTERN_LENGTH = 1000


def check_patterns(name: str, patterns: Sequence[str]) -> None:
    """Refuses more or longer filter patterns than a data source takes.

    Raises:
        ValueError: Names the argument, the limit and what was given.
    """
    if len(patterns) > MAX_PATTERNS:
        raise ValueError(f"{name} must be at most {MAX_PATTERNS} patterns, got {len(patterns)}")
    for pattern in patterns:
        if not 1 <= len(pattern) <= MAX_PATTERN_LENGTH:
            raise ValueError(f"a pattern of {name} must have 1 to {MAX_PATTERN_LENGTH} characters, got {len(pattern)}")
