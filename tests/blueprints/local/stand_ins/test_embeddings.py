"""Vectors are those that the model's own library computes; tokens are those of its tokenizer."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from blueprints.local.stand_ins import embeddings
from blueprints.local.stand_ins.embeddings import DIMENSIONS, MAX_TOKENS, count_tokens, embed, token_offsets

# The first dimensions as the library Sentence Transformers computes them.
REFERENCES = {
    "This is an example sentence": (0.06765693, 0.06349593, 0.04871314, 0.07930495, 0.03744806, 0.00265273),
    "Each sentence is converted.": (0.07853645, 0.08856265, -0.00209270, -0.00717247, -0.01252624, 0.01881747),
    "": (-0.11883835, 0.04829856, -0.00254805, -0.01101118, 0.05195070, 0.01029179),
    "Café déjà vu — 東京": (0.05083271, 0.00967685, 0.09635572, -0.00997369, -0.01987603, 0.01692343),
}


def model(remembered: int = 100) -> embeddings._Model:
    """A model that remembers nothing yet; loading takes longer than the tests."""
    fresh = embeddings._Model(remembered=remembered)
    fresh._tokenizer, fresh._bert = embeddings._MODEL._loaded_tokenizer(), embeddings._MODEL._loaded_bert()
    return fresh


@pytest.mark.parametrize("text", list(REFERENCES))
def test_vectors_are_those_of_the_models_own_library(text: str) -> None:
    assert embed([text])[0, :6] == pytest.approx(REFERENCES[text], abs=1e-6)


def test_a_text_has_the_same_vector_in_any_company() -> None:
    for text, vector in zip(REFERENCES, model().embed(["a longer text that stands beside the others", *REFERENCES])[1:], strict=True):
        assert vector[:6] == pytest.approx(REFERENCES[text], abs=1e-6)


def test_there_is_a_row_of_length_one_for_each_text_in_order() -> None:
    vectors = embed(["tea", "coffee", "tea"])
    assert vectors.shape == (3, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-6)
    assert (vectors[0] == vectors[2]).all()
    assert embed([]).shape == (0, DIMENSIONS)


def test_what_is_near_in_meaning_is_near() -> None:
    question, near, far = embed(
        ["How many vacation days do employees get?", "Employees have 25 days of annual leave.", "The pump runs on 24 volts."]
    )
    assert question @ near > 0.4 > 0.2 > question @ far


def test_what_comes_after_the_models_length_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_TOKENS == 256
    monkeypatch.setattr(embeddings, "MAX_TOKENS", 16)
    full = "tea " * 14
    assert (embed([full])[0] == embed([full + "coffee"])[0]).all()
    assert not (embed([full])[0] == embed(["coffee " + full])[0]).all()


def test_many_texts_are_computed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "BATCH_TOKENS", 8)
    vectors = model().embed(["one", "one two three four", "one two", "one two three"])
    assert np.abs(vectors - embed(["one", "one two three four", "one two", "one two three"])).max() < 1e-6


def test_only_so_many_texts_are_remembered() -> None:
    small = model(remembered=2)
    small.embed(["one", "two"])
    small.embed(["one"])
    small.embed(["three"])
    assert list(small._vectors) == ["one", "three"]
    assert small.embed(["one", "two", "three"]).shape == (3, DIMENSIONS)


def test_threads_get_the_same_vectors() -> None:
    shared = model()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: shared.embed(["This is an example sentence"]), range(4)))
    assert all((vectors == found[0]).all() for vectors in found)


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("This is an example sentence", 5), ("Café déjà vu — 東京", 7), ("word " * 1000, 1000)]
)
def test_tokens_are_counted_without_those_that_mark_the_ends(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


def test_offsets_count_characters() -> None:
    text = "Café \U0001f600 unbelievability 東京"
    pieces = ["Café", "\U0001f600", "un", "bel", "ie", "va", "bility", "東", "京"]
    assert [text[begin:end] for begin, end in token_offsets(text)] == pieces


def test_the_weights_are_not_loaded_to_count_tokens() -> None:
    program = (
        "import sys; from blueprints.local.stand_ins.embeddings import count_tokens; count_tokens('a'); sys.exit('numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
