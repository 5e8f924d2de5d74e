"""Figures of retrieval and answers, worked out from what labelled questions came to."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blueprints.evaluating.questions import Question

ANSWERED = "answered"
REFUSALS = ("not_answered", "no_passages")
"""Outcomes that are right where the documents hold no answer."""
DEPTHS = (1, 3, 5)


@dataclass(frozen=True)
class Passage:
    """A passage that was retrieved.

    Args:
        document: The key of its document.
        score: How near it is to the question; ``None`` where that isn't told.
    """

    document: str
    score: float | None = None


@dataclass(frozen=True)
class Observation:
    """What a question came to.

    Args:
        question: The question with its labels.
        outcome: As the API tells it, or ``error``.
        answer: The text; empty where there is none.
        cited: The documents that the answer cites.
        passages: What was retrieved, the nearest first.
        seconds: From the request to the whole answer.
        cached: Whether it came from the cache of the deployment.
        error: What went wrong, where something did.
    """

    question: Question
    outcome: str
    answer: str = ""
    cited: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    seconds: float = 0.0
    cached: bool = False
    error: str | None = None


@dataclass(frozen=True)
class Figures:
    """The figures of one deployment; a share is ``None`` where no question is about it.

    Args:
        questions: How many were asked.
        answerable: How many of them the documents answer.
        hit_rates: The share of answerable questions with an expected document among the first 1, 3 and 5 passages.
        reciprocal_rank: The mean of 1 / rank of the first passage from an expected document, 0 where there is none.
        grounded: The share of answerable questions that were answered, from expected documents only, with the words needed.
        refused: The share of the others that were refused.
        latency_p50: Half of the answers took no longer, in seconds.
        latency_p95: 95 % of the answers took no longer, in seconds.
        cached: How many came from the cache.
        outcomes: How often each outcome came up.
    """

    questions: int
    answerable: int
    hit_rates: Mapping[int, float | None]
    reciprocal_rank: float | None
    grounded: float | None
    refused: float | None
    latency_p50: float | None
    latency_p95: float | None
    cached: int
    outcomes: Mapping[str, int]


def figures(observations: Sequence[Observation]) -> Figures:
    """Works out the figures of one deployment."""
    answerable = [found for found in observations if found.question.answerable]
    others = [found for found in observations if not found.question.answerable]
    ranks = [rank(found) for found in answerable]
    seconds = [found.seconds for found in observations if found.error is None]
    return Figures(
        questions=len(observations),
        answerable=len(answerable),
        hit_rates={depth: hit_rate(ranks, depth) for depth in DEPTHS},
        reciprocal_rank=mean_reciprocal_rank(ranks),
        grounded=share([is_grounded(found) for found in answerable]),
        refused=share([found.outcome in REFUSALS for found in others]),
        latency_p50=percentile(seconds, 50),
        latency_p95=percentile(seconds, 95),
        cached=sum(found.cached for found in observations),
        outcomes=dict(sorted(Counter(found.outcome for found in observations).items())),
    )


def rank(observation: Observation) -> int | None:
    """Returns the rank of the first passage from an expected document, from 1; ``None`` if there is none.

    Passages of other documents with the same score count as before it, so that a tie never flatters.
    """
    passages, expected = observation.passages, observation.question.documents
    for place, passage in enumerate(passages):
        if passage.document in expected:
            after = passages[place + 1 :]
            tied = [other for other in after if other.document not in expected and other.score is not None and other.score == passage.score]
            return place + 1 + len(tied)
    return None


def hit_rate(ranks: Sequence[int | None], depth: int) -> float | None:
    """Returns the share of ``ranks`` that are at most ``depth``."""
    return share([rank is not None and rank <= depth for rank in ranks])


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float | None:
    """Returns the mean of 1 / rank, where no rank counts as 0 (Voorhees, The TREC-8 question answering track report, 1999)."""
    return math.fsum(1 / rank for rank in ranks if rank is not None) / len(ranks) if ranks else None


def is_grounded(observation: Observation) -> bool:
    """Returns whether the question was answered, with citations of expected documents only, and with all words that are needed."""
    question, cited = observation.question, observation.cited
    from_expected = bool(cited) and all(document in question.documents for document in cited)
    return observation.outcome == ANSWERED and from_expected and not missing_words(observation)


def missing_words(observation: Observation) -> list[str]:
    """Returns the words that the answer should hold and doesn't."""
    answer = _plain(observation.answer)
    wanted = [(word,) if isinstance(word, str) else word for word in observation.question.words]
    return [words[0] for words in wanted if not any(_stands_in(_plain(word), answer) for word in words)]


def share(values: Sequence[bool]) -> float | None:
    """Returns the share of true values; ``None`` of nothing."""
    return sum(values) / len(values) if values else None


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Returns the smallest value that ``percent`` of the values don't exceed (nearest rank); ``None`` of nothing."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1] if ordered else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
