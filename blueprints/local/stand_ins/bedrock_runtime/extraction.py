"""An answer made of sentences of the passages, each cited."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins.bedrock_runtime.sentences import Sentence, sentences
from blueprints.local.stand_ins.comprehend.words import function_words
from blueprints.local.stand_ins.embeddings import embed

MOST_SENTENCES = 3
LEAST_NEARNESS = 0.47
"""Below it, sentences say nothing to the question."""
LEAST_SHARE = 0.85
"""How near the others come at least, as a share of the nearest."""
SECTION_SHARE, SHARED_WORDS_BONUS, KIND_BONUS = 0.4, 0.2, 0.1
"""What the section, the words in common and the kind of answer asked for count for."""
NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|half|once|twice|first|second|third|fourth|fifth"
KINDS = (
    (
        re.compile(r"\b(?:how (?:many|much|long|often|soon|quickly|far|old|large|high)|when|which day|what (?:times?|amount|price|day))\b"),
        re.compile(rf"\d|\b(?:{NUMBERS}|days?|weeks?|months?|years?)\b"),
    ),
    (re.compile(r"\bwhom?\b"), re.compile(r"[a-z:;,] [A-Z][a-z]+ [A-Z][a-z]+")),
)
"""What is asked for, and what a sentence that tells it contains."""
WORD = re.compile(r"[^\W_]+")
STEM = 6


@dataclass(frozen=True)
class Passage:
    """What the request gives to answer from.

    Args:
        number: How the answer cites it.
        text: Its words.
    """

    number: int
    text: str


@dataclass(frozen=True)
class _Candidate:
    passage: Passage
    sentence: Sentence

    @property
    def section(self) -> tuple[int, str]:
        return self.passage.number, self.sentence.context


def extract(question: str, passages: Sequence[Passage]) -> str:
    """Returns the sentences that come nearest to the question, in order, each with its citation; empty when none comes near."""
    found = [_Candidate(passage, sentence) for passage in passages for sentence in sentences(passage.text) if sentence.stated]
    chosen = sorted(_best(question, found, _nearness(question, found)))
    return " ".join(f"{found[place].sentence.text} [{found[place].passage.number}]" for place in chosen)


def _nearness(question: str, found: Sequence[_Candidate]) -> list[float]:
    """Returns how near each sentence comes in meaning, with its section, and by the words that it shares with the question."""
    asked, *vectors = embed([question, *(each.sentence.in_context for each in found)])
    sections: dict[tuple[int, str], Any] = defaultdict(float)
    for each, vector in zip(found, vectors, strict=True):
        sections[each.section] += vector
    around = {section: float(asked @ total) / float(total @ total) ** 0.5 for section, total in sections.items()}
    return [
        (1 - SECTION_SHARE) * float(asked @ vector) + SECTION_SHARE * around[each.section] + SHARED_WORDS_BONUS * _shared(question, each)
        for each, vector in zip(found, vectors, strict=True)
    ]


def _shared(question: str, candidate: _Candidate) -> float:
    """Returns the share of the question's words that the sentence has."""
    asked, given = _stems(question), _stems(candidate.sentence.in_context)
    return len(asked & given) / len(asked) if asked else 0.0


def _stems(text: str) -> set[str]:
    return {word.rstrip("s")[:STEM] for word in WORD.findall(text.lower()) if word not in function_words("en")}


def _best(question: str, found: Sequence[_Candidate], nearness: Sequence[float]) -> list[int]:
    """Returns the places of the sentences that answer, no two with the same words."""
    wanted = [telling for asking, telling in KINDS if asking.search(question.lower())]
    scores = {
        place: near + KIND_BONUS * any(telling.search(each.sentence.text) for telling in wanted)
        for place, (each, near) in enumerate(zip(found, nearness, strict=True))
        if near >= LEAST_NEARNESS
    }
    chosen: dict[str, int] = {}
    for place in sorted(scores, key=lambda place: -scores[place]):
        if len(chosen) == MOST_SENTENCES or scores[place] < LEAST_SHARE * max(scores.values()):
            break
        chosen.setdefault(found[place].sentence.text, place)
    return list(chosen.values())
