"""Checks of values against what AWS takes."""

import re
from collections.abc import Collection

from aws_cdk import Token


def check_range(name: str, value: float, least: float, most: float) -> None:
    """Refuses a number outside of its range; a token is taken as it is.

    Raises:
        ValueError: Names the argument, the range and the value.
    """
    if not Token.is_unresolved(value) and not least <= value <= most:
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
