"""Uses tables that answers can do without: one that fails is logged and passed over."""

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from questions.deadlines import Deadline
from questions.errors import Busy, code_of
from questions.runtime import logger

Answer = TypeVar("Answer")

READ_SECONDS, ATTEMPTS = 2, 2
HOUR_SECONDS = 3600


def read_seconds(deadline: Deadline) -> int:
    """How long one attempt may wait for a table.

    Raises:
        Busy: There is no time left.
    """
    return deadline.read_seconds(READ_SECONDS, attempts=ATTEMPTS)


def dispensable(call: Callable[[int], Answer], deadline: Deadline, otherwise: str) -> Answer | None:
    """What ``call`` returns, given the seconds that it may wait; ``None``, and ``otherwise`` in the log, if it fails."""
    try:
        return call(read_seconds(deadline))
    except ClientError as error:
        reason = code_of(error)
    except (BotoCoreError, Busy) as error:
        reason = type(error).__name__
    logger.warning(otherwise, reason=reason)
    return None
