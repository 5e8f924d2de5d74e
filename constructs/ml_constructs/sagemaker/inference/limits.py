"""Checks of values against what Amazon SageMaker AI takes."""

from collections.abc import Collection

from aws_cdk import Duration, Token


def check_range(name: str, value: float, least: float, most: float) -> None:
    """Refuses a number outside of its range; a token is taken as it is.

    Raises:
        ValueError: Names the argument, the range and the value.
    """
    if not Token.is_unresolved(value) and not least <= value <= most:
        raise ValueError(f"{name} must be from {least} to {most}, got {value}")


def check_seconds(name: str, value: Duration | None, least: int, most: int) -> None:
    """Refuses a time outside of its range; none is taken as it is.

    Raises:
        ValueError: Names the argument, the range in seconds and the value.
    """
    if value is not None:
        check_range(f"{name} in seconds", seconds(value), least, most)


def check_choice(name: str, value: object, allowed: Collection[str]) -> None:
    """Refuses what isn't one of the allowed values.

    Raises:
        ValueError: Names the argument, the values allowed and the value.
    """
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")


def seconds(value: Duration) -> int:
    """A time in whole seconds."""
    return int(value.to_seconds())
