"""Checks that the value objects of a guardrail share."""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence


def check_choice(name: str, value: str, allowed: Collection[str]) -> None:
    """Raises ``ValueError`` unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        raise ValueError(f"{name} must be {'one of ' if len(allowed) > 1 else ''}{', '.join(allowed)}, got {value}")


def check_length(name: str, text: str, longest: int) -> None:
    """Raises ``ValueError`` unless ``text`` has 1 to ``longest`` characters."""
    if not 1 <= len(text) <= longest:
        raise ValueError(f"{name} must have 1 to {longest} characters, got {len(text)}")


def check_count(name: str, items: Sequence[Hashable], least: int, most: int) -> None:
    """Raises ``ValueError`` unless there are ``least`` to ``most`` items, each once."""
    if not least <= len(items) <= most:
        raise ValueError(f"{name} must be {least} to {most}, got {len(items)}")
    if twice := sorted(str(item) for item, times in Counter(items).items() if times > 1):
        raise ValueError(f"{name} must be named once, got {', '.join(twice)} more than once")
