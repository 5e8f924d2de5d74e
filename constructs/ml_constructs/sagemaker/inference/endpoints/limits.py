"""Times in seconds, and whether Amazon SageMaker AI takes them."""

from aws_cdk import Duration

from ml_constructs.foundation.checks import check_range


def check_seconds(name: str, value: Duration | None, least: int, most: int) -> None:
    """Refuses a time outside of its range; none is taken as it is.

    Raises:
        ValueError: Names the argument, the range in seconds and the value.
    """
    if value is not None:
        check_range(f"{name} in seconds", seconds(value), least, most)


def seconds(value: Duration) -> int:
    """A time in whole seconds."""
    return int(value.to_seconds())
