"""The forward pass of a BERT encoder, in numpy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float32]]
Ids = np.ndarray[Any, np.dtype[np.int64]]

ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
ERF_STEP = 0.3275911
ROWS_AT_ONCE = 64
MASKED = -1e9


class Bert:
    """A BERT encoder whose last layer is averaged into one vector of length 1 for each text.

    Args:
        folder: Holds ``config.json`` and ``model.safetensors`` as the Transformers library writes them.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file

        self._config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._weights: dict[str, Matrix] = load_file(folder / "model.safetensors")
        self._positions = (
            self._weights["embeddings.position_embeddings.weight"] + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._layers = [self._fused(f"encoder.layer.{number}.") for number in range(self._config["num_hidden_layers"])]

    def vectors(self, ids: Ids, mask: Ids) -> Matrix:
        """Returns a row for each row of ``ids``; where ``mask`` is 0 there is no token."""
        hidden = self._normalised(
            "embeddings.LayerNorm", self._weights["embeddings.word_embeddings.weight"][ids] + self._positions[: ids.shape[1]]
        )
        hidden_tokens = np.where(mask[:, None, None, :] == 0, np.float32(MASKED), np.float32(0))
        for number, (weights, biases) in enumerate(self._layers):
            hidden = self._layer(f"encoder.layer.{number}.", weights, biases, hidden, hidden_tokens)
        present = mask[:, :, None].astype(np.float32)
        means = (hidden * present).sum(axis=1) / present.sum(axis=1)
        vectors: Matrix = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors

    def _fused(self, layer: str) -> tuple[Matrix, Matrix]:
        """Returns queries', keys' and values' weights as one matrix: one multiplication costs less than three."""
        parts = [f"{layer}attention.self.{part}" for part in ("query", "key", "value")]
        weights = np.concatenate([self._weights[f"{part}.weight"] for part in parts])
        return weights, np.concatenate([self._weights[f"{part}.bias"] for part in parts])

    def _layer(self, layer: str, weights: Matrix, biases: Matrix, hidden: Matrix, hidden_tokens: Matrix) -> Matrix:
        attended = self._dense(f"{layer}attention.output.dense", self._attention(_linear(hidden, weights, biases), hidden_tokens))
        hidden = self._normalised(f"{layer}attention.output.LayerNorm", attended + hidden)
        inner = self._dense(f"{layer}intermediate.dense", hidden)
        gelu(inner.reshape(-1, inner.shape[-1]))
        return self._normalised(f"{layer}output.LayerNorm", self._dense(f"{layer}output.dense", inner) + hidden)

    def _attention(self, fused: Matrix, hidden_tokens: Matrix) -> Matrix:
        texts, tokens, width = fused.shape
        heads = self._config["num_attention_heads"]
        queries, keys, values = fused.reshape(texts, tokens, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        scores = queries @ keys.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width / 3 / heads)) + hidden_tokens
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Matrix = (scores @ values).transpose(0, 2, 1, 3).reshape(texts, tokens, -1)
        return mixed

    def _dense(self, name: str, hidden: Matrix) -> Matrix:
        return _linear(hidden, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normalised(self, name: str, hidden: Matrix) -> Matrix:
        hidden = hidden - hidden.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((hidden * hidden).mean(axis=-1, keepdims=True) + np.float32(self._config["layer_norm_eps"]))
        normalised: Matrix = hidden / deviation * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normalised


def _linear(hidden: Matrix, weights: Matrix, biases: Matrix) -> Matrix:
    """Multiplies all texts' tokens at once, which is faster than one text after the other."""
    product: Matrix = hidden.reshape(-1, hidden.shape[-1]) @ weights.T
    product += biases
    return product.reshape(*hidden.shape[:-1], -1)


def gelu(rows: Matrix) -> None:
    """Applies the Gaussian error linear unit in place, some rows at a time, so that they stay in the processor's cache.

    The error function follows formula 7.1.26 of Abramowitz and Stegun, Handbook of Mathematical Functions: off by less than 1.5e-7.
    """
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[begin : begin + ROWS_AT_ONCE]
        scaled = np.abs(part) * np.float32(np.sqrt(0.5))
        step = 1 / (1 + np.float32(ERF_STEP) * scaled)
        series = np.zeros_like(step)
        for factor in reversed(ERF):
            series = (series + np.float32(factor)) * step
        complement = series * np.exp(-scaled * scaled)
        part *= np.where(part < 0, complement, 2 - complement) / 2
