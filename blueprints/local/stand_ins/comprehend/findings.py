"""What was found in a text, and how rules find it."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Check = Callable[[str], bool]
OUTSIDE_BRACKETS = re.compile(r"\[[^\]]*\]|( )")


@dataclass(frozen=True)
class Finding:
    """A part of a text, in characters from its beginning, and what it is.

    Args:
        kind: Its type, in Comprehend's words.
        begin: Where it begins.
        end: Where it ends, the first character after it.
        score: How sure that is, 0 to below 1: the strength of the rule that found it.
    """

    kind: str
    begin: int
    end: int
    score: float


@dataclass(frozen=True)
class Rule:
    """A pattern for one kind of thing.

    Args:
        kind: What it finds.
        pattern: What it looks like. A group named ``it`` is the thing itself, the rest its surroundings.
        score: How sure a match is.
        check: A test that a match has to pass, such as its check digits.
    """

    kind: str
    pattern: re.Pattern[str]
    score: float
    check: Check | None = None

    def apply(self, text: str) -> Iterator[Finding]:
        """Yields each match that passes the check."""
        group = "it" if "it" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text):
            if match[group] and (self.check is None or self.check(match[group])):
                yield Finding(self.kind, *match.span(group), self.score)


def rule(kind: str, pattern: str, score: float, check: Check | None = None) -> Rule:
    """Returns a rule; in ``pattern`` a space outside brackets stands for any spaces within a line."""
    return Rule(kind, re.compile(OUTSIDE_BRACKETS.sub(lambda found: found[0] if found[1] is None else r"[ \t]+", pattern)), score, check)


def after(kind: str, label: str, value: str, score: float, check: Check | None = None) -> Rule:
    """Returns a rule for a value that follows its label on the line or stands on the next one."""
    return rule(kind, rf"(?i:\b(?:{label}))\b[ \t]*[:#.]?[ \t]*\n?[ \t]*(?P<it>{value})", score, check)


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Returns the findings in order of the text; of those that overlap, the one that came first."""
    kept: list[Finding] = []
    for finding in findings:
        place = bisect(kept, finding.begin, key=lambda each: each.begin)
        neighbours = kept[max(0, place - 1) : place + 1]
        if not any(finding.begin < other.end and other.begin < finding.end for other in neighbours):
            kept.insert(place, finding)
    return kept
