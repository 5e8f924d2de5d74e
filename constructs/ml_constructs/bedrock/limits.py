"""Checks of values against what Amazon Bedrock takes."""

import re
from collections.abc import Collection, Sequence

from aws_cdk import Token

MAX_PATTERNS = 25
MAX_PATTERN_LENGTH = 1000


def check_range(name: str, value: int, least: int, most: int) -> None:
    """Refuses a number outside of its range.

    Raises:
        ValueError: Names the argument, the range and the value.
    """
    if not least <= value <= most:
        raise ValueError(f"{name} must be from {least} to {most}, got {value}")


def check_choice(name: str, value: object, allowed: Collection[str]) -> None:
    """Refuses what isn't one of the allowed values.

    Raises:
        ValueError: Names the argument, the values allowed and the value.
    """
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")


def check_text(name: str, value: str, pattern: str, wanted: str) -> None:
    """Refuses a text that doesn't match ``pattern`` as a whole; a token is taken as it is.

    Raises:
        ValueError: Names the argument, what it should look like and the value.
    """
    if not Token.is_unresolved(value) and not re.fullmatch(pattern, value):
        raise ValueError(f"{name} must be {wanted}, got {value!r}")


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
