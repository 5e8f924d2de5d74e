"""Word filters: words and phrases of one's own, and profanity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from blueprints.local.stand_ins.bedrock_runtime.guardrails.contents import lexicon
from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import action_of, finding


def assess(policy: Mapping[str, Any], side: str, texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Returns the words found, each once, in any case and as whole words only."""
    custom = [entry for setting in policy.get("words") or [] for entry in _found(setting, side, texts, _phrase(setting["text"]))]
    managed = [
        {**entry, "type": setting["type"]}
        for setting in policy.get("managedWordLists") or []
        for entry in _found(setting, side, texts, _profanity())
    ]
    return {"customWords": custom, "managedWordLists": managed}


def _found(setting: Mapping[str, Any], side: str, texts: Sequence[str], pattern: re.Pattern[str]) -> Iterator[dict[str, Any]]:
    action = action_of(setting, side)
    if action is None:
        return
    matches = dict.fromkeys(match for text in texts for match in pattern.findall(text))
    yield from (finding(action, detected=True, match=match) for match in matches)


def _phrase(text: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in text.split())
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


@cache
def _profanity() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(lexicon()['profanity'])})\w*", re.IGNORECASE)
