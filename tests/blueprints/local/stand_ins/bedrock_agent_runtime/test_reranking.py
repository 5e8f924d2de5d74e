"""Texts are put into the order of their likeness."""

from typing import Any

import numpy as np
import pytest

from blueprints.local.stand_ins import embeddings
from blueprints.local.stand_ins.bedrock_agent_runtime.reranking import ranked, text_of, with_metadata

RESULT = {"content": {"text": "25 days"}, "metadata": {"topic": "leave", "year": 2024}}


def chosen(**fields: list[str]) -> dict[str, Any]:
    given = {name: [{"fieldName": field} for field in names] for name, names in fields.items()}
    return {"metadataConfiguration": {"selectionMode": "SELECTIVE", "selectiveModeConfiguration": given}}


def test_the_likest_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"q": (1.0, 0.0), "near": (0.8, 0.6), "far": (-1.0, 0.0)}
    monkeypatch.setattr(embeddings, "embed", lambda texts: np.array([rows[text] for text in texts]))
    assert ranked("q", ["far", "near"]) == [(1, 0.8), (0, 0.0)]
    assert ranked("q", []) == []


def test_documents_are_texts_or_json() -> None:
    assert text_of({"type": "TEXT", "textDocument": {"text": "a"}}) == "a"
    assert text_of({"type": "JSON", "jsonDocument": {"a": "ü"}}) == '{"a": "ü"}'


@pytest.mark.parametrize(
    ("configuration", "text"),
    [
        ({}, "25 days"),
        ({"metadataConfiguration": {"selectionMode": "ALL"}}, "topic: leave\nyear: 2024\n25 days"),
        (chosen(fieldsToInclude=["year"]), "year: 2024\n25 days"),
        (chosen(fieldsToExclude=["year"]), "topic: leave\n25 days"),
    ],
)
def test_attributes_may_be_seen_too(configuration: dict[str, Any], text: str) -> None:
    assert with_metadata(RESULT, configuration) == text
