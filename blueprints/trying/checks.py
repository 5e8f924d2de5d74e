"""What is asked of a deployed knowledge base, and what must be true of it."""

from dataclasses import dataclass, field

from blueprints.trying.answers import Reply


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
