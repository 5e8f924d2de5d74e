"""Denied topics: sentences that come near to the definition or an example of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.local.stand_ins.bedrock_runtime.guardrails.stored import action_of, finding
from blueprints.local.stand_ins.bedrock_runtime.sentences import sentences
from blueprints.local.stand_ins.embeddings import embed

LEAST_NEARNESS = 0.5


def assess(policy: Mapping[str, Any], side: str, texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Returns, for each topic that is on, whether a sentence is about it."""
    said = [part for text in texts for part in _said(text)]
    return {
        "topics": [
            finding(action, detected=_is_about(setting, said), name=setting["name"], type="DENY")
            for setting in policy.get("topics", [])
            if (action := action_of(setting, side)) is not None
        ]
    }


def _is_about(setting: Mapping[str, Any], said: Sequence[str]) -> bool:
    told = [setting["definition"], *(setting.get("examples") or [])]
    return bool(said) and float((embed(said) @ embed(told).T).max()) >= LEAST_NEARNESS


def _said(text: str) -> list[str]:
    """Returns the sentences of the text; a heading says nothing by itself."""
    found = sentences(text)
    headings = {sentence.context for sentence in found if not sentence.context.endswith("?")}
    return [sentence.text for sentence in found if sentence.text not in headings]
