"""Vectors of the lengths and types that embedding models give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from blueprints.local.stand_ins.embeddings import DIMENSIONS, MAX_TOKENS, embed, token_offsets

if TYPE_CHECKING:
    import numpy as np

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

WINDOW = MAX_TOKENS - 2
DECIMALS = 8
BYTE = 127


def vectors(texts: Sequence[str], dimensions: int) -> Vectors:
    """Returns a row of length 1 for each text, padded with zeros, or cut, to ``dimensions``.

    A text longer than the model takes has the mean of its parts' vectors.
    """
    import numpy as np

    parts = [_parts(text) for text in texts]
    rows = iter(embed([part for each in parts for part in each]))
    means = np.stack([sum(next(rows) * len(part) for part in each) if len(each) > 1 else next(rows) for each in parts])
    fitted = np.zeros((len(texts), dimensions), dtype=np.float32)
    width = min(DIMENSIONS, dimensions)
    fitted[:, :width] = means[:, :width]
    unit: Vectors = fitted / np.linalg.norm(fitted, axis=1, keepdims=True)
    return unit


def of_type(vector: Vectors, kind: str) -> list[float] | list[int]:
    """Returns a vector as ``float``, ``int8``, ``uint8``, ``binary`` (a number for each sign) or ``ubinary`` (one for eight)."""
    import numpy as np

    if kind == "float":
        return [round(float(value), DECIMALS) for value in vector]
    if kind == "binary":
        return [int(value > 0) for value in vector]
    if kind == "ubinary":
        return [int(value) for value in np.packbits(vector > 0)]
    scaled = np.round(vector * BYTE).astype(int)
    return [int(value) for value in (scaled + BYTE + 1 if kind == "uint8" else scaled)]


def _parts(text: str) -> list[str]:
    offsets = token_offsets(text)
    starts = [offsets[place][0] for place in range(WINDOW, len(offsets), WINDOW)]
    return [text[begin:end] for begin, end in zip([0, *starts], [*starts, len(text)], strict=True)]
