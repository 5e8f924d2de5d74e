"""The language of a text, named by py3langid, whose model comes in its wheel."""

from __future__ import annotations

from functools import cache
from typing import Any

from blueprints.local.stand_ins.comprehend import words

LEAST, MOST = 0.02, 0.9999


def languages(text: str) -> list[tuple[str, float]]:
    """Returns the likely languages as RFC 5646 codes with their probabilities, the likeliest first."""
    ranked = _identifier().rank(text)
    return [(code, min(MOST, score)) for code, score in ranked if score >= LEAST] or [(ranked[0][0], ranked[0][1])]


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(words.languages() & set(identifier.labels)))
    return identifier
