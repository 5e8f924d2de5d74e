"""Vectors have the length and type asked for."""

from __future__ import annotations

import numpy as np
import pytest

from blueprints.local.stand_ins import embeddings
from blueprints.local.stand_ins.bedrock_runtime import vectors as vectors_module
from blueprints.local.stand_ins.bedrock_runtime.vectors import of_type, vectors
from blueprints.local.stand_ins.embeddings import embed


@pytest.mark.parametrize("dimensions", [256, 384, 1024])
def test_vectors_are_cut_or_padded_to_length_and_stay_of_length_one(dimensions: int) -> None:
    (found,) = vectors(["hello"], dimensions)
    assert found.shape == (dimensions,)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)
    plain = embed(["hello"])[0][:dimensions]
    assert found[: len(plain)] == pytest.approx(plain / np.linalg.norm(plain), abs=1e-6)
    assert not found[384:].any()


def test_all_of_a_long_text_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "MAX_TOKENS", 22)
    monkeypatch.setattr(vectors_module, "WINDOW", 20)
    beginning = "The ferry sails to the island at noon. " * 4
    same, other = vectors([beginning, beginning + "Passwords have fourteen letters. " * 4], 384)
    assert 0.3 < same @ other < 0.95
    assert (embed([beginning])[0] == embed([beginning + "Passwords have fourteen letters. " * 4])[0]).all()


def test_nearness_is_kept_when_vectors_are_cut() -> None:
    question, near, far = vectors(
        ["How many vacation days are there?", "Employees have 25 days of annual leave.", "It runs on 24 volts."], 256
    )
    assert question @ near > 0.4 > 0.2 > question @ far


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("float", [0.6, -0.8, 0, 0, 0, 0, 0, 0.0]),
        ("int8", [76, -102, *[0] * 6]),
        ("uint8", [204, 26, *[128] * 6]),
        ("binary", [1, *[0] * 7]),
        ("ubinary", [128]),
    ],
)
def test_types_hold_the_same_vector(kind: str, expected: list[float]) -> None:
    assert of_type(np.array([0.6, -0.8, 0, 0, 0, 0, 0, 0], dtype=np.float32), kind) == pytest.approx(expected, abs=1e-6)
