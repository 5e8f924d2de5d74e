"""Key phrases: runs of words between function words and marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blueprints.local.stand_ins.comprehend.findings import Finding
from blueprints.local.stand_ins.comprehend.words import determiners, function_words

WORD = re.compile(r"[^\W_](?:[\w'@/&-]|[.,](?=\w))*%?")
LETTERS = re.compile(r"[^\W\d_]{3}")
LONGEST = 6


def key_phrases(text: str, code: str) -> list[Finding]:
    """Returns the noun phrases of a text in the language of the code."""
    return [phrase for run in _runs(text, function_words(code)) if (phrase := _phrase(text, run, determiners(code)))]


def _runs(text: str, function: frozenset[str]) -> Iterator[list[re.Match[str]]]:
    """Yields neighbouring words, parted by function words, and by anything but spaces between two words."""
    run: list[re.Match[str]] = []
    for word in WORD.finditer(text):
        apart = run and re.search(r"[^ \t]", text[run[-1].end() : word.start()])
        if run and (apart or word[0].lower() in function or len(run) == LONGEST):
            yield run
            run = []
        if word[0].lower() not in function:
            run.append(word)
    if run:
        yield run


def _phrase(text: str, run: list[re.Match[str]], articles: frozenset[str]) -> Finding | None:
    begin, end = run[0].start(), run[-1].end()
    if not LETTERS.search(text[begin:end]):
        return None
    before = re.search(r"(\w+)[ \t]+$", text[max(0, begin - 20) : begin])
    if before and before[1].lower() in articles:
        begin -= len(before[0])
    return Finding("", begin, end, min(0.95, 0.62 + 0.08 * len(run) + 0.1 * bool(before)))
