"""The time that an invocation has left, and how much of it one call may take."""

from typing import Protocol

from questions.errors import Busy

MARGIN_SECONDS = 1.0
"""What is kept to say that there was no time."""
READ_SECONDS = (1, 2, 3, 5, 8, 12, 16, 20, 24, 28, 40, 60, 120, 240, 600)
"""The read timeouts that clients are made with; a few, since each makes a client."""
CONNECT_SECONDS = 1


class Timed(Protocol):
    """The part of a context object that tells the time."""

    def get_remaining_time_in_millis(self) -> int:
        """The time until the function is ended."""


class Deadline:
    """When an answer has to be given.

    Args:
        context: Of the invocation.
    """

    def __init__(self, context: Timed) -> None:
        self._context = context

    def seconds(self) -> float:
        """What may still be spent."""
        return self._context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS

    def read_seconds(self, most: int, *, attempts: int = 1) -> int:
        """How long each of a call's attempts may wait for an answer: within ``most`` and what is left.

        Raises:
            Busy: Nothing is left.
        """
        within = min(float(most), self.seconds() / attempts - CONNECT_SECONDS)
        fitting = [seconds for seconds in READ_SECONDS if seconds <= within]
        if not fitting:
            raise Busy("OUT_OF_TIME", "The answer took too long. Ask again later.")
        return fitting[-1]
