"""Repeats calls of Bedrock that were throttled, as often as time allows."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from questions import errors
from questions.deadlines import Deadline
from questions.runtime import count

Answer = TypeVar("Answer")

WAITS_SECONDS = (0.4, 1.2)
"""Between the attempts, each shortened at random so that callers that were throttled together don't come back together."""
SHORTEST_SECONDS = 4.0
"""What an attempt needs to be worth its while."""
REPEATED = errors.THROTTLES | {"InternalServerException", "ModelNotReadyException", "ServiceUnavailableException"}


def attempted(call: Callable[[int], Answer], deadline: Deadline, most_seconds: int) -> Answer:
    """What ``call`` returns; it is given the seconds that it may wait.

    Raises:
        QuestionError: What the last attempt ended with, counted.
    """
    waits = iter(WAITS_SECONDS)
    while True:
        try:
            return call(deadline.read_seconds(most_seconds))
        except (ClientError, BotoCoreError) as error:
            observe(error)
            wait = next(waits, None)
            if wait is None or not _repeated(error) or deadline.seconds() < wait + SHORTEST_SECONDS:
                raise errors.translated(error) from None
        time.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - not a secret


def _repeated(error: ClientError | BotoCoreError) -> bool:
    return isinstance(error, ClientError) and errors.code_of(error) in REPEATED


def observe(error: ClientError | BotoCoreError) -> None:
    """Counts what a call of Bedrock ended with."""
    throttled = isinstance(error, ClientError) and errors.code_of(error) in errors.THROTTLES
    count("ModelThrottles" if throttled else "ModelErrors")
