"""Repeats calls that may succeed when they are made again, as often as time allows."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError

from inference.deadlines import Deadline
from inference.errors import MODEL_ERROR, NOT_READY, PASSING, THROTTLES, code_of, model_may_recover, translated
from inference.runtime import count

Answer = TypeVar("Answer")

WAITS_SECONDS = (0.2, 0.8, 2.4)
"""Between the attempts, each shortened at random so that callers that were throttled together don't come back together."""
SHORTEST_SECONDS = 2.0
"""What an attempt needs to be worth its while."""
REPEATED = THROTTLES | PASSING | {NOT_READY}
UNREACHED = (ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError)


def attempted(call: Callable[[int], Answer], deadline: Deadline, most_seconds: int) -> Answer:
    """What ``call`` returns; it is given the seconds that it may wait.

    Calls that ran out of time are not made again: the model may still be at work on them.

    Raises:
        InferenceError: What the last attempt ended with.
    """
    waits = iter(WAITS_SECONDS)
    while True:
        try:
            return call(deadline.read_seconds(most_seconds))
        except (ClientError, BotoCoreError) as error:
            wait = next(waits, None)
            if wait is None or not _repeated(error) or deadline.seconds() < wait + SHORTEST_SECONDS:
                raise translated(error) from None
        count("Repeats")
        time.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - not a secret


def _repeated(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        code = code_of(error)
        return code in REPEATED or (code == MODEL_ERROR and model_may_recover(error))
    return isinstance(error, UNREACHED)
