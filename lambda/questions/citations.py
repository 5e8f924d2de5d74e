"""Which passages an answer rests on."""

import re
from collections.abc import Sequence
from typing import Any

from questions.retrieval import Passage

LONGEST_EXCERPT = 300
_MARKS = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")


def cited(answer: str, passages: Sequence[Passage]) -> list[int]:
    """The numbers that ``answer`` cites, each once, in order; a number without a passage counts for nothing."""
    numbers = (int(number) for mark in _MARKS.findall(answer) for number in mark.split(","))
    return list(dict.fromkeys(number for number in numbers if 1 <= number <= len(passages)))


def citations(answer: str, passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """The cited passages as callers see them."""
    return [{"number": number, **_shown(passages[number - 1])} for number in cited(answer, passages)]


def _shown(passage: Passage) -> dict[str, Any]:
    return {"source": passage.source, "excerpt": excerpt(passage.text), "page": passage.page}


def excerpt(text: str) -> str:
    """The beginning of a passage on one line, with an ellipsis where it was cut between words."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_EXCERPT:
        return line
    kept = line[: LONGEST_EXCERPT - 1]
    words, _, _ = kept.rpartition(" ")
    return f"{words or kept}…"
