"""Content filters: harmful text and attacks on the prompt, by patterns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import action_of, finding

LEVELS = ("NONE", "LOW", "MEDIUM", "HIGH")


def assess(policy: Mapping[str, Any], side: str, texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Returns what the filters find.

    A filter of high strength takes findings of any confidence, one of low strength those of high confidence.
    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters.html
    """
    found = []
    for setting in policy.get("filters", []):
        strength, action = setting[f"{side}Strength"], action_of(setting, side)
        if strength == "NONE" or action is None:
            continue
        confidence = max((confidence_of(setting["type"], text) for text in texts), key=LEVELS.index, default="NONE")
        detected = LEVELS.index(confidence) + LEVELS.index(strength) >= len(LEVELS)
        found.append(finding(action, detected=detected, type=setting["type"], confidence=confidence, filterStrength=strength))
    return {"filters": found}


def confidence_of(kind: str, text: str) -> str:
    """Returns how sure it is that the text is of that kind."""
    plain = normalised(text)
    return next((level for level in reversed(LEVELS[1:]) if any(each.search(plain) for each in _patterns(kind, level))), "NONE")


def normalised(text: str) -> str:
    """Returns the text in small letters with single spaces and without signs that are not seen, which attacks hide behind."""
    visible = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return " ".join("".join(visible).replace("\u2019", "'").lower().split())


@cache
def _patterns(kind: str, level: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in lexicon()["filters"].get(kind, {}).get(level, ()))


@cache
def lexicon() -> dict[str, Any]:
    """Returns ``lexicon.yaml`` as it stands."""
    known: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("lexicon.yaml").read_text(encoding="utf-8"))
    return known
