"""The time that an invocation has left, and how much of it one call may take."""

from typing import Protocol

from inference.errors import OutOfTime

MARGIN_SECONDS = 1.0
"""What is kept to say that there was no time."""
CONNECT_SECONDS = 1
READ_SECONDS = (1, 2, 3, 5, 8, 12, 16, 20, 24, 40, 60, 120, 240, 480)
"""The read timeouts that clients are made with; a few, since each makes a client."""


class Timed(Protocol):
    """The part of a context object that tells the time."""

    def get_remaining_time_in_millis(self) -> int:
        """The time until the function is ended."""


class Deadline:
    """When a prediction has to be given.

    Args:
        context: Of the invocation.
    """

    def __init__(self, context: Timed) -> None:
        self._context = context

    def seconds(self) -> float:
        """What may still be spent."""
        return self._context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS

    def read_seconds(self, most: int) -> int:
        """How long a call may wait for its answer: within ``most`` and what is left.

        Raises:
            OutOfTime: Nothing is left.
        """
        within = min(most, self.seconds() - CONNECT_SECONDS)
        fitting = [seconds for seconds in (*READ_SECONDS, most) if seconds <= within]
        if not fitting:
            raise OutOfTime("DEADLINE", "There was no time left to ask the model. Ask again later.")
        return max(fitting)
