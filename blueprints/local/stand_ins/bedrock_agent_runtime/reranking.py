"""Puts texts in the order of their likeness to a question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def ranked(question: str, texts: Sequence[str]) -> list[tuple[int, float]]:
    """Returns the places of the texts, each with its likeness to the question from 0 to 1, the likest first."""
    from blueprints.local.stand_ins.embeddings import embed

    if not texts:
        return []
    rows = embed([question, *texts])
    scores = [max(0.0, float(row @ rows[0])) for row in rows[1:]]
    return sorted(enumerate(scores), key=lambda each: -each[1])


def text_of(document: Mapping[str, Any]) -> str:
    """Returns the text of a ``Rerank`` document."""
    if document["type"] == "TEXT":
        return str(document["textDocument"]["text"])
    return json.dumps(document["jsonDocument"], ensure_ascii=False)


def with_metadata(result: Mapping[str, Any], configuration: Mapping[str, Any]) -> str:
    """Returns the text of a retrieved chunk with the attributes that the reranker is to see."""
    chosen = configuration.get("metadataConfiguration") or {}
    if not chosen:
        return str(result["content"]["text"])
    fields = chosen.get("selectiveModeConfiguration") or {}
    only = {field["fieldName"] for field in fields.get("fieldsToInclude") or ()}
    without = {field["fieldName"] for field in fields.get("fieldsToExclude") or ()}
    seen = {name: value for name, value in result["metadata"].items() if (not only or name in only) and name not in without}
    return "".join(f"{name}: {value}\n" for name, value in seen.items()) + str(result["content"]["text"])
