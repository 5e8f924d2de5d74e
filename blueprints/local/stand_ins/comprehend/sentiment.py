"""The mood of an English text, judged by VADER, whose lexicon comes in its wheel."""

from __future__ import annotations

from functools import cache
from typing import Any

LANGUAGES = ("en",)
MOST = 0.99


def sentiment(text: str) -> tuple[str, dict[str, float]]:
    """Returns the prevailing mood, and the four moods' shares of one.

    The words that carry a mood take their share from ``Neutral``; where both moods are carried, ``Mixed`` takes its share from them.
    """
    found = _judge().polarity_scores(text)
    carried = found["pos"] + found["neg"]
    strength = min(MOST, max(1 - MOST, 2 * carried))
    mixed = 2 * min(found["pos"], found["neg"]) / carried if carried else 1.0
    sides = strength * (1 - mixed)
    shares = {"Positive": sides if found["compound"] > 0 else 0.0, "Negative": sides if found["compound"] <= 0 else 0.0}
    shares |= {"Neutral": 1 - strength, "Mixed": strength * mixed}
    return max(shares, key=lambda mood: shares[mood]).upper(), shares


@cache
def _judge() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
