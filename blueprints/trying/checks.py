"""What is asked of a deployed blueprint, and what must be true of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from blueprints.trying.answers import Reply
from blueprints.trying.steps import Steps


@dataclass
class Check:
    """One step of the demonstration.

    Args:
        name: What is tried.
        seen: What was seen, in one line.
        wrong: What should have been otherwise.
        seconds: How long it took.
    """

    name: str
    seen: str = ""
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether everything was as it should be."""
        return not self.wrong

    def must(self, holds: bool, otherwise: str) -> None:
        """Notes ``otherwise`` unless the fact holds."""
        if not holds:
            self.wrong.append(otherwise)


@dataclass(frozen=True)
class Asked:
    """A question and what came back.

    Args:
        question: What was asked.
        tenant: Whose user asked it; ``None`` for a user of no tenant.
        reply: What came back.
    """

    question: str
    tenant: str | None
    reply: Reply


Step = tuple[str, Callable[[Check], None]]
"""What is tried, and how."""


def tried(steps: Sequence[Step], told: Steps) -> list[Check]:
    """Goes through all steps; what is wrong in one doesn't keep the others from being tried.

    Args:
        steps: In their order.
        told: Where each is told as it ends.
    """
    checks: list[Check] = []
    for name, step in steps:
        check = Check(name)
        with _noted(check):
            step(check)
        checks.append(check)
        told.say(f"  {'ok   ' if check.passed else 'WRONG'} {name}: {check.seen} ({check.seconds} s)")
        for wrong in check.wrong:
            told.say(f"        {wrong}")
    return checks


@contextmanager
def _noted(check: Check) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    except (ClientError, OSError, ValueError, LookupError) as error:
        check.wrong.append(f"it must not fail, got {type(error).__name__}: {error}")
    check.seconds = round(time.monotonic() - started, 1)
